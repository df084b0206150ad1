package export

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"
	"net/url"
	"strings"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// Jira writes conversations as tasks for Jira's CSV import, whose headings the
// import matches by itself; a heading that comes twice fills a field of
// several values. People go by their addresses. See
// https://support.atlassian.com/jira-cloud-administration/docs/import-data-from-a-csv-file/
func Jira(w io.Writer, openings iter.Seq2[inventory.Opening, error], lang string) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"Summary", "Issue Type", "Status", "Assignee", "Labels", "Labels", "Description"}); err != nil {
		return err
	}
	for o, err := range openings {
		if err != nil {
			return err
		}
		r := NewRow(o, lang)
		err := out.Write([]string{
			Neutral(title(r)), "Task", jiraStatus(r.Status), Neutral(o.System.Partner.Address),
			"desirepath", label(o.System.ID), unmarked(description(r, lang)),
		})
		if err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// title says in one line whom to talk to and about what.
func title(r Row) string {
	who := r.KeeperName
	if who == "" {
		who = r.KeeperEmail
	}
	if who == "" {
		return clip(Printable("Find out who keeps "+r.AssetName), 250)
	}
	return clip(Printable("Talk with "+who+" about "+r.AssetName), 250)
}

// description is what a partner wants to know before the talk, a line each.
// It begins with a word of ours, so that no program takes it for a formula.
func description(r Row, lang string) string {
	var b strings.Builder
	for _, line := range [][2]string{
		{"Why", r.Why}, {"It also does", r.WhatItAdds}, {"First question", r.FirstQuestion}, {"Where", r.AssetURL},
		{"Keeper", strings.TrimSpace(r.KeeperName + " " + r.KeeperEmail)}, {"System", r.System}, {"State", words.State(r.Status, lang)},
		{"Conversation", r.ConversationID},
	} {
		if line[1] != "" {
			b.WriteString(line[0] + ": " + Printable(line[1]) + "\n")
		}
	}
	return strings.TrimSpace(b.String())
}

// unmarked keeps what tools are called from being taken for the markup of
// macros, images and links.
func unmarked(s string) string {
	return strings.NewReplacer("{", `\{`, "[", `\[`, "!", `\!`, "|", `\|`).Replace(s)
}

// label is a word without spaces, as labels are.
func label(s string) string { return strings.Join(strings.Fields(Neutral(s)), "-") }

// jiraStatus is the status of Jira's own workflow that comes closest.
func jiraStatus(s inventory.State) string {
	return [...]string{"To Do", "In Progress", "Done"}[stage(s)]
}

// stage is where a conversation stands as boards know it: to do, under way,
// done.
func stage(s inventory.State) int {
	switch {
	case s.Ended():
		return 2
	case s == inventory.Proposed:
		return 0
	}
	return 1
}

// A plannerLine is one task for Microsoft Planner, which takes tasks in through
// Graph alone: Task is the body of POST /planner/tasks once it has a planId, and
// Details that of PATCH /planner/tasks/{id}/details. See
// https://learn.microsoft.com/graph/api/planner-post-tasks and
// https://learn.microsoft.com/graph/api/plannertaskdetails-update
type plannerLine struct {
	Conversation string         `json:"conversation"`
	Bucket       string         `json:"bucket"`   // a name: a bucket's id belongs to a plan
	Assignee     string         `json:"assignee"` // an address: an assignment wants the directory's id
	Task         plannerTask    `json:"task"`
	Details      plannerDetails `json:"details"`
}

type plannerTask struct {
	Title           string `json:"title"`
	PercentComplete int    `json:"percentComplete"`
}

type plannerDetails struct {
	Description string                      `json:"description"`
	PreviewType string                      `json:"previewType"`
	References  map[string]plannerReference `json:"references,omitempty"`
}

type plannerReference struct {
	Type  string `json:"@odata.type"`
	Alias string `json:"alias"`
	Kind  string `json:"type"`
}

// Planner writes conversations as tasks for Microsoft Planner, one a line.
func Planner(w io.Writer, openings iter.Seq2[inventory.Opening, error], lang string) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for o, err := range openings {
		if err != nil {
			return err
		}
		r := NewRow(o, lang)
		line := plannerLine{
			Conversation: r.ConversationID, Bucket: Printable(r.System), Assignee: o.System.Partner.Address,
			Task:    plannerTask{title(r), 50 * stage(r.Status)},
			Details: plannerDetails{Description: description(r, lang), PreviewType: "description"},
		}
		if OnWeb(r.AssetURL) {
			// An address is a property's name, in which OData allows no ".", ":" and "%".
			key := strings.NewReplacer("%", "%25", ".", "%2E", ":", "%3A").Replace(r.AssetURL)
			line.Details.References = map[string]plannerReference{key: {"#microsoft.graph.plannerExternalReference", clip(Printable(r.AssetName), 120), "Other"}}
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// OnWeb reports whether a browser can go to an address without running what it
// finds there.
func OnWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.ContainsAny(address, " <>\"\\^`{|}")
}
