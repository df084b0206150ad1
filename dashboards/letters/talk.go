package letters

import (
	"time"

	ics "github.com/arran4/golang-ical"
)

// length is how long a talk is proposed to be.
const length = 30 * time.Minute

// Calendar is the letter as a proposal in a calendar, at a time of the wall
// clock. It is published, not sent around: nobody is invited by it, nobody is
// counted as absent, and its hour stays free until the partner and the keeper
// agree on one. See RFC 5546, section 3.2.1.
func (l Letter) Calendar(start, now time.Time) string {
	cal := ics.NewCalendarFor("desirepath")
	cal.SetProductId("-//desirepath//desirepath//EN")
	cal.SetMethod(ics.MethodPublish)
	event := cal.AddEvent(safeID(l.Conversation) + "@desirepath.invalid")
	event.SetDtStampTime(now)
	// Without a zone a time is that of whoever reads it (RFC 5545, 3.3.5).
	const floating = "20060102T150405"
	event.SetProperty(ics.ComponentPropertyDtStart, start.Format(floating))
	event.SetProperty(ics.ComponentPropertyDtEnd, start.Add(length).Format(floating))
	event.SetSummary(line(l.Subject, 250))
	event.SetDescription(l.Body)
	event.SetStatus(ics.ObjectStatusTentative)
	event.SetTimeTransparency(ics.TransparencyTransparent)
	if l.notNow != "" {
		event.SetURL(l.notNow)
	}
	return cal.Serialize(ics.WithNewLineWindows)
}

// Slot proposes when a partner's talk with the number n, from 0, begins, as
// wall-clock time: as many in a week as the partner has time for, from next
// week on, in the middle of the week and never twice at the same time.
func Slot(n, weekly int, now time.Time) time.Time {
	weekly = min(max(1, weekly), slots)
	monday := now.AddDate(0, 0, 7-int(now.Weekday()+6)%7)
	if week := n / weekly; week > 0 {
		monday = monday.AddDate(0, 0, 7*week)
	}
	n %= weekly
	days, hours := []int{1, 2, 3}, []int{10, 14, 11, 15, 9, 16} // Tuesday to Thursday
	day, hour := days[n%len(days)], hours[n/len(days)]
	y, m, d := monday.Date()
	return time.Date(y, m, d+day, hour, 0, 0, 0, time.UTC)
}

// slots is how many talks fit into a week.
const slots = 18
