package emulator

import (
	"net"
	"net/http"
	"strings"
)

// A vendorHost is a host of Microsoft's or Google's that the proxy answers for.
type vendorHost struct {
	name   string // "*." at the beginning stands for one or more labels
	prefix string // what its paths have before them on the emulator's one host
	login  bool   // it is where clients sign in to Microsoft
}

// vendorHosts are all that the proxy answers for. The services beside Graph have paths that say nothing of whose they are, so that the
// emulator, with one host for all, knows them by a prefix.
func vendorHosts() []vendorHost {
	return []vendorHost{
		{name: "login.microsoftonline.com", login: true},
		{name: "login.microsoft.com", login: true},
		{name: "graph.microsoft.com"},
		{name: "*.sharepoint.com"},
		{name: reportHost},
		{name: "api.powerplatform.com", prefix: "/powerplatform"},
		{name: "api.bap.microsoft.com", prefix: "/bap"},
		{name: "api.powerapps.com", prefix: "/powerapps"},
		{name: "api.flow.microsoft.com", prefix: "/flow"},
		{name: "api.powerbi.com", prefix: "/powerbi"},
		{name: "googleapis.com"},
		{name: "*.googleapis.com"},
	}
}

// vendor finds the vendor's host that an address, with or without a port, is of.
func vendor(address string) (vendorHost, bool) {
	name := strings.ToLower(hostName(address))
	for _, h := range vendorHosts() {
		suffix, wild := strings.CutPrefix(h.name, "*")
		if name == h.name || wild && strings.HasSuffix(name, suffix) && name != suffix[1:] {
			return h, true
		}
	}
	return vendorHost{}, false
}

func hostName(address string) string {
	if name, _, err := net.SplitHostPort(address); err == nil {
		return name
	}
	return address
}

// elsewhere is the address of another of a vendor's hosts, as the client that made a request reaches it: by its own name when the request
// came by one, and else on the emulator's one host.
func elsewhere(r *http.Request, host string) string {
	if _, ok := vendor(r.Host); ok {
		return "https://" + host
	}
	return baseURL(r)
}

// filesURL is the host that the files of a place are downloaded from: the place's own, below the domain that clients know SharePoint by.
func (s *Server) filesURL(r *http.Request, p Place) string {
	tenant, _, _ := strings.Cut(s.World.SharePointHost(p.Kind == KindPersonal), ".")
	return elsewhere(r, tenant+".sharepoint.com")
}
