package sqlstore

// GatherAtMost has Search walk from so many cards on, as it does in an
// inventory of a million.
func (s *Store) GatherAtMost(n int) { s.mostGathered = n }
