// Package emulator is an organisation to scan without a tenant: people, sites, drives and files in memory, served over real HTTP on
// loopback in the shapes of Microsoft Graph and of Google's Drive, Sheets and Directory services. The demo, the tests and
// `desirepath emulate` use it.
//
// A [World] is the truth: plain, mutable, safe for concurrent use. Tests change it and see whether a scanner notices. A [Server] serves
// it, honestly: pages and cursors mean what the vendors' documents say, links are absolute on its own host, tokens are checked, and a
// [Faults] plan can make it as unreliable as a real service, yet never so that a patient client cannot finish.
//
// The package imports nothing else of ours: if it shared structs with the scanners, a shared mistake would cancel out.
package emulator
