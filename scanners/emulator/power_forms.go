package emulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// auditQuery is an audit query that was made. It is ready when it was asked about twice.
type auditQuery struct {
	ID          string    `json:"id"`
	DisplayName string    `json:"displayName"`
	From        time.Time `json:"filterStartDateTime"`
	Until       time.Time `json:"filterEndDateTime"`
	Types       []string  `json:"recordTypeFilters"`
	Operations  []string  `json:"operationFilters"`
	Status      string    `json:"status"`
	asked       int
}

func (p *powerServer) createAudit(w http.ResponseWriter, r *http.Request) {
	var q auditQuery
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(&q); err != nil || q.ID+q.Status != "" || !q.Until.After(q.From) || len(q.Types) == 0 {
		writeGraphError(w, r, http.StatusBadRequest, "BadRequest", "The query is not one that can be carried out.")
		return
	}
	q.Status = "notStarted"
	p.mu.Lock()
	q.ID = guid("audit", p.World.Domain, strconv.Itoa(len(p.queries)))
	p.queries[q.ID] = &q
	p.mu.Unlock()
	writeJSON(w, http.StatusCreated, q)
}

func (p *powerServer) audited(w http.ResponseWriter, r *http.Request) (auditQuery, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := p.queries[r.PathValue("query")]
	if q == nil {
		writeGraphError(w, r, http.StatusNotFound, "ResourceNotFound", "There is no such query.")
		return auditQuery{}, false
	}
	return *q, true
}

func (p *powerServer) audit(w http.ResponseWriter, r *http.Request) {
	if _, ok := p.audited(w, r); !ok {
		return
	}
	p.mu.Lock()
	q := p.queries[r.PathValue("query")]
	if q.asked++; q.asked > 1 {
		q.Status = "succeeded"
	} else {
		q.Status = "running"
	}
	shown := *q
	p.mu.Unlock()
	writeJSON(w, http.StatusOK, shown)
}

func (p *powerServer) auditRecords(g *graph, w http.ResponseWriter, r *http.Request) {
	q, ok := p.audited(w, r)
	if !ok {
		return
	}
	if q.Status != "succeeded" {
		writeGraphError(w, r, http.StatusBadRequest, "BadRequest", "The query is not finished.")
		return
	}
	var found []FormEvent
	for _, e := range p.World.FormEvents() {
		if slices.Contains(q.Types, "MicrosoftForms") && slices.Contains(q.Operations, e.Operation) && !e.At.Before(q.From) && !e.At.After(q.Until) {
			found = append(found, e)
		}
	}
	slices.Reverse(found) // the newest first, as nobody promised
	page(g, w, r, found, p.auditRecord, top(r, 150, 999), "")
}

func (p *powerServer) auditRecord(e FormEvent) any {
	who, _ := p.World.Person(e.By)
	at := stamp(e.At)
	return map[string]any{
		"id": guid("record", e.Form, e.Operation, at), "createdDateTime": e.At.UTC().Format(time.RFC3339Nano), "auditLogRecordType": "MicrosoftForms", "operation": e.Operation,
		"organizationId": p.World.tenantID(), "userType": "Regular", "userId": who.Address, "userPrincipalName": who.Address, "service": "MicrosoftForms",
		"auditData": map[string]any{"@odata.type": "#microsoft.graph.security.microsoftFormsAuditRecord",
			"FormId": e.Form, "FormName": e.Name, "FormsUserTypes": []string{e.Role}, "Workload": "MicrosoftForms"},
	}
}
