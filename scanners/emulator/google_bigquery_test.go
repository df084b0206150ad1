package emulator

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/api/bigquery/v2"
	"google.golang.org/api/option"
)

// warehouse is Google's own client for BigQuery, as a service account itself. Every answer is held to the truth.
func (ws *workspace) warehouse(scopes ...string) *bigquery.Service {
	ws.Helper()
	s, err := bigquery.NewService(ws.Context(), option.WithHTTPClient(ws.as("", scopes...)), option.WithEndpoint(strings.TrimSuffix(ws.ends.TokenURI, "token")+"bigquery/v2/"))
	if err != nil {
		ws.Fatal(err)
	}
	return s
}

func (ws *workspace) ask(s *bigquery.Service, query string, parameters ...*bigquery.QueryParameter) ([]string, error) {
	ws.Helper()
	no := false
	a, err := s.Jobs.Query("data", &bigquery.QueryRequest{Query: query, UseLegacySql: &no, QueryParameters: parameters, ParameterMode: "NAMED", MaxResults: 7, ForceSendFields: []string{"UseLegacySql"}}).Do()
	if err != nil {
		return nil, err
	}
	var out []string
	add := func(rows []*bigquery.TableRow) {
		for _, r := range rows {
			var cells []string
			for _, c := range r.F {
				cells = append(cells, fmt.Sprint(c.V))
			}
			out = append(out, strings.Join(cells, " "))
		}
	}
	add(a.Rows)
	for next, done := a.PageToken, a.JobComplete; next != "" || !done; {
		more, err := s.Jobs.GetQueryResults("data", a.JobReference.JobId).Location(a.JobReference.Location).PageToken(next).MaxResults(7).Do()
		if err != nil {
			return nil, err
		}
		add(more.Rows)
		next, done = more.PageToken, more.JobComplete
	}
	return out, nil
}

// TestBigQueryTellsTheExport asks Google's own client for the inventory of Alder Bay.
func TestBigQueryTellsTheExport(t *testing.T) {
	ws := university(t)
	ws.server.ExportDrive("data", "drive", "scanner")
	s := ws.warehouse("cloud-platform.read-only")
	tables, err := s.Tables.List("data", "drive").Do()
	if err != nil || len(tables.Tables) != 1 {
		t.Fatalf("tables %+v, error %v", tables, err)
	}
	table, err := s.Tables.Get("data", "drive", tables.Tables[0].TableReference.TableId).Do()
	if err != nil || table.NumRows == 0 || table.Schema.Fields[0].Name != "id" {
		t.Fatalf("table %+v, error %v", table, err)
	}
	const drive = "COALESCE(owner.shared_drive.id, owner.user.id)"
	counts, err := ws.ask(s, "SELECT "+drive+" AS drive, COUNT(*) AS files FROM `data.drive.inventory` GROUP BY drive ORDER BY drive")
	if err != nil || !slices.IsSorted(counts) {
		t.Fatalf("%v, error %v", counts, err)
	}
	sum := 0
	for _, c := range counts {
		var id string
		var n int
		if _, err := fmt.Sscan(c, &id, &n); err != nil {
			t.Fatal(err)
		}
		sum += n
		files, err := ws.ask(s, "SELECT id AS id, trashed AS trashed, ARRAY_LENGTH(permissions) AS grants FROM `data.drive.inventory` WHERE "+drive+" = @drive AND snapshot_end_time_micros <= @now ORDER BY id",
			&bigquery.QueryParameter{Name: "drive", ParameterType: &bigquery.QueryParameterType{Type: "STRING"}, ParameterValue: &bigquery.QueryParameterValue{Value: id}},
			&bigquery.QueryParameter{Name: "now", ParameterType: &bigquery.QueryParameterType{Type: "INT64"}, ParameterValue: &bigquery.QueryParameterValue{Value: fmt.Sprint(time.Now().UnixMicro())}})
		if err != nil || len(files) != n || !slices.IsSorted(files) {
			t.Errorf("%s: %d files of %d, error %v", id, len(files), n, err)
		}
	}
	if uint64(sum) != table.NumRows {
		t.Errorf("%d files in all drives, %d rows", sum, table.NumRows)
	}
}

// TestBigQueryRefuses what the real one does: scopes, roles, what is not there, and what it is not asked for here.
func TestBigQueryRefuses(t *testing.T) {
	ws := university(t)
	s := ws.warehouse("cloud-platform.read-only")
	_, err := s.Tables.List("data", "drive").Do()
	ws.refuses(err, 403, "accessDenied")
	ws.server.ExportDrive("data", "drive", "scanner")
	_, err = ws.warehouse("bigquery.readonly").Tables.List("data", "drive").Do()
	ws.refuses(err, 403, "insufficientPermissions")
	_, err = s.Tables.List("data", "payroll").Do()
	ws.refuses(err, 404, "notFound")
	_, err = s.Jobs.GetQueryResults("data", "job_of_yesterday").Location("EU").Do()
	ws.refuses(err, 404, "notFound")
	for _, query := range []string{
		"SELECT colour AS colour FROM `data.drive.inventory`",
		"SELECT id AS id FROM `data.drive.other`",
		"SELECT SECRET(id) AS id FROM `data.drive.inventory`",
		"SELECT id AS id FROM `data.drive.inventory` WHERE id = @missing",
		"DELETE FROM `data.drive.inventory` WHERE true",
	} {
		_, err := ws.ask(s, query)
		ws.refuses(err, 400, "invalidQuery")
	}
}
