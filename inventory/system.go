package inventory

// A Capability is what a kind of system does: crm, lms, finance. Finer ones
// have a parent.
type Capability struct {
	ID     string `json:"id" yaml:"id"`
	Parent string `json:"parent,omitempty" yaml:"parent,omitempty"`
	Name   string `json:"name" yaml:"name"`
}

// A System is one that the organisation sanctioned. It inherits what its
// capability knows and adds what is its own.
type System struct {
	ID         string   `json:"id" yaml:"id"`
	Name       string   `json:"name" yaml:"name"`
	Capability string   `json:"capability" yaml:"capability"`
	Purpose    string   `json:"purpose,omitempty" yaml:"purpose,omitempty"`
	OwnerTeam  string   `json:"owner,omitempty" yaml:"owner,omitempty"`
	Partner    Partner  `json:"partner" yaml:"partner"`
	Hosts      []string `json:"hosts,omitempty" yaml:"hosts,omitempty"`     // host names it answers under
	Targets    []string `json:"targets,omitempty" yaml:"targets,omitempty"` // databases and objects that connections to it name
	Fields     []string `json:"fields,omitempty" yaml:"fields,omitempty"`   // what it keeps, as its exports and import templates head it
	Cannot     []string `json:"cannot,omitempty" yaml:"cannot,omitempty"`   // what it is known not to do
	IDs        []IDSet  `json:"ids,omitempty" yaml:"ids,omitempty"`         // keyed samples of the ids that it gives out
}

// A Partner is the person in IT who talks with builders about a system and
// also solves: a person, not a process.
type Partner struct {
	Name    string `json:"name" yaml:"name"`
	Address string `json:"address" yaml:"address"`
}
