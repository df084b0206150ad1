package access

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits give each viewer, or each address, so many requests in a while. They
// remember a bounded number of them, the latest.
type Limits struct {
	every time.Duration
	burst int

	mu           sync.Mutex
	now          func() time.Time
	young, older map[string]*rate.Limiter
}

// limitsMost is how many keys a generation holds; about 100 bytes each.
const limitsMost = 10_000

// NewLimits lets each key have burst requests at once, and one more after
// every.
func NewLimits(burst int, every time.Duration, now func() time.Time) *Limits {
	return &Limits{every: every, burst: burst, now: now, young: map[string]*rate.Limiter{}}
}

// Allow takes one request of a key, or tells how long to wait for the next.
func (l *Limits) Allow(key string) (wait time.Duration, allowed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limiter := l.young[key]
	if limiter == nil {
		if limiter = l.older[key]; limiter == nil {
			limiter = rate.NewLimiter(rate.Every(l.every), l.burst)
		}
		if len(l.young) >= limitsMost {
			l.older, l.young = l.young, map[string]*rate.Limiter{}
		}
		l.young[key] = limiter
	}
	now := l.now()
	if limiter.AllowN(now, 1) {
		return 0, true
	}
	next := limiter.ReserveN(now, 1)
	defer next.CancelAt(now)
	return next.DelayFrom(now), false
}

// Proxies are the addresses of those in front of us, who say whom they ask
// for. This machine is always one of them.
type Proxies []netip.Prefix

// Client is the address that a request comes from; of IPv6 its network, since
// one machine has as many addresses there as it likes. What stands in
// X-Forwarded-For counts as far as proxies of ours wrote it: from the right to
// the first address that is none of theirs.
func (p Proxies) Client(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	client := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.ours(client); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		client = hop.Unmap()
	}
	if client.Is6() {
		network, _ := client.WithZone("").Prefix(64) // of a sound address it is never refused
		return network.String()
	}
	return client.String()
}

func (p Proxies) ours(a netip.Addr) bool {
	if a.IsLoopback() {
		return true
	}
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}
