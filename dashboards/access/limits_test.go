package access

import (
	"net/http/httptest"
	"net/netip"
	"strconv"
	"testing"
	"time"
)

func TestLimits(t *testing.T) {
	now := time.Unix(0, 0)
	l := NewLimits(2, 10*time.Second, func() time.Time { return now })
	for i, want := range []bool{true, true, false, false} {
		if _, got := l.Allow("ana"); got != want {
			t.Errorf("request %d: %v", i, got)
		}
	}
	if _, allowed := l.Allow("bo"); !allowed {
		t.Error("somebody else waits too")
	}
	if wait, _ := l.Allow("ana"); wait != 10*time.Second {
		t.Errorf("wait %v", wait)
	}
	now = now.Add(10 * time.Second)
	if _, allowed := l.Allow("ana"); !allowed {
		t.Error("waiting did not help")
	}
	if _, allowed := l.Allow("ana"); allowed {
		t.Error("one wait, two requests")
	}
}

// TestLimitsAreBounded asks with more keys than are remembered: one that goes
// on asking is not forgotten for that.
func TestLimitsAreBounded(t *testing.T) {
	now := time.Unix(0, 0)
	l := NewLimits(1, time.Hour, func() time.Time { return now })
	l.Allow("ana")
	for i := range 5 * limitsMost {
		l.Allow(strconv.Itoa(i))
		if i%(limitsMost/2) == 0 {
			if _, allowed := l.Allow("ana"); allowed {
				t.Fatalf("after %d others a key is as new", i)
			}
		}
	}
	if n := len(l.young) + len(l.older); n > 2*limitsMost {
		t.Errorf("%d keys are held", n)
	}
}

func TestClient(t *testing.T) {
	proxies := Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		peer string
		hops []string
		want string
	}{
		{"192.0.2.7:40000", nil, "192.0.2.7"},
		{"192.0.2.7:40000", []string{"198.51.100.1"}, "192.0.2.7"}, // no proxy of ours says so
		{"10.1.1.1:40000", []string{"198.51.100.1"}, "198.51.100.1"},
		{"10.1.1.1:40000", []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.1"}, // the left one its visitor wrote
		{"10.1.1.1:40000", []string{"198.51.100.1", "10.2.2.2"}, "198.51.100.1"},
		{"127.0.0.1:40000", []string{"198.51.100.1"}, "198.51.100.1"},
		{"10.1.1.1:40000", []string{"unknown"}, "10.1.1.1"},
		{"10.1.1.1:40000", nil, "10.1.1.1"},
		{"[2001:db8:1:2:3:4:5:6]:40000", nil, "2001:db8:1:2::/64"},
		{"[fd00::1]:40000", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"@", nil, "@"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		r.Header["X-Forwarded-For"] = c.hops
		if got := proxies.Client(r); got != c.want {
			t.Errorf("%s via %v: %s, want %s", c.peer, c.hops, got, c.want)
		}
	}
}
