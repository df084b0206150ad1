// Package inventory is the vocabulary of desirepath: the nouns every other
// package speaks in, and the few rules that belong to the nouns themselves.
// It imports only the standard library.
//
// Read it in the order of a night's work:
//
//   - A [Tenant] is one Microsoft 365 or Google Workspace organisation, or one
//     file share. It has [Place]s: units that are listed and resumed alone.
//   - A listing arrives as [Page]s of [Change]s. Each page carries the
//     [Cursor] where the next one starts.
//   - A change tells of a [Folder] or an [Asset]: one thing people work in.
//   - Looking inside an asset gives its [Structure]: headings, formula shapes,
//     links, connections. Never cell values.
//   - Who edits and relies on it, in what rhythm, is its [Usage].
//   - A [Capability] is what a kind of system does; a [System] is one that the
//     organisation sanctioned, with a [Partner] who talks and solves.
//   - A [Subject] (asset, structure, usage) gets a [Verdict]: which system it
//     shadows, if any, how sure we are, and why ([Evidence]).
//   - Copies and versions of the same thing are a [Family].
//   - A family leads to one [Conversation] with the person who keeps it.
//   - A [Run] accounts for all of it: what was found, kept, left alone, and
//     what could not be seen.
//
// A shadow system is a desire path: evidence of where people need to walk.
// Nothing in this vocabulary can express taking a tool away from its builder.
package inventory
