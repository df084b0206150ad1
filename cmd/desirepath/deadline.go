package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// deadline reads a duration such as 6h, or a time of the day such as 06:30,
// which is the next one on this machine's clock. "" is none.
func deadline(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return now.Add(d), nil
	}
	clock, err := time.Parse("15:04", text)
	if err != nil {
		return time.Time{}, configError{errors.New("--deadline " + text + ": give a duration such as 6h, or a time of the day such as 06:30")}
	}
	at := time.Date(now.Year(), now.Month(), now.Day(), clock.Hour(), clock.Minute(), 0, 0, now.Location())
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at, nil
}

// reportLeft says how many places a run left for the next one, why, and when
// at its pace they will be done.
func reportLeft(w io.Writer, run inventory.Run) error {
	left, listed, why := 0, 0, ""
	for _, p := range run.Places {
		switch {
		case p.Left:
			left, why = left+1, p.Error
		case p.Complete && p.Place != "":
			listed++
		}
	}
	if left == 0 {
		return nil
	}
	pace := "none was listed to its end, so that there is no telling how long they take"
	if listed > 0 {
		share := float64(left) / float64(listed)
		took := time.Duration(share * float64(run.Listing)).Round(time.Second)
		pace = fmt.Sprintf("at this pace they take %s more, or %s", took, runs(int(math.Ceil(share))))
	}
	_, err := fmt.Fprintf(w, "left      %d places, which the next run begins with; %s (%s)\n", left, pace, why)
	return err
}

func runs(n int) string {
	if n == 1 {
		return "one run like this"
	}
	return fmt.Sprintf("%d runs like this", n)
}
