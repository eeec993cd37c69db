package plan

import "slices"

// AccessPair is one expectation by both policies, wherever its line stands: who
// moves a line changes nothing. Checks are among them, as [Expectations] has
// them.
type AccessPair struct {
	// Sums over all accounts, DeniedNow and DeniedAfter with their numbers of
	// accounts; nil where no account was looked at in this way. Source is the
	// first line's.
	Old, New *Access
	// Worse and Better count entries by account: how many more, and how many
	// fewer, the expectation will not hold for, in accounts that both policies
	// ask about.
	Worse, Better, AccountsWorse, AccountsBetter int64
}

type expectation struct{ identity, expect, match string }

func (a *Access) expectation() expectation { return expectation{a.Identity, a.Expect, a.Match} }

// accessPairs adds up the expectations of all accounts.
type accessPairs struct {
	all []*AccessPair
	at  map[expectation]*AccessPair
}

// account adds those of one account; old or new is nil where only one policy
// selects it.
func (s *accessPairs) account(old, new *Account) {
	was, is := expectationsOf(old), expectationsOf(new)
	for i := range is {
		p := s.pair(&is[i])
		p.New = p.New.plus(&is[i])
		if before := find(was, func(a *Access) bool { return a.expectation() == is[i].expectation() }); before != nil {
			p.compare(before.DeniedAfter, is[i].DeniedAfter)
		}
	}
	for i := range was {
		p := s.pair(&was[i])
		p.Old = p.Old.plus(&was[i])
	}
}

func (s *accessPairs) pair(a *Access) *AccessPair {
	p := s.at[a.expectation()]
	if p == nil {
		p = &AccessPair{}
		s.at[a.expectation()] = p
		s.all = append(s.all, p)
	}
	return p
}

// expectationsOf is one for each thing that is expected of an account, from
// however many lines. Of a held account all stays as it is.
func expectationsOf(a *Account) []Access {
	if a == nil {
		return nil
	}
	var all []Access
	for _, x := range Expectations(a.Access, a.Checks) {
		if len(a.Held) > 0 {
			x.DeniedAfter = x.DeniedNow
		}
		if known := find(all, func(y *Access) bool { return y.expectation() == x.expectation() }); known != nil {
			known.Matched += x.Matched
			known.DeniedNow += x.DeniedNow
			known.DeniedAfter += x.DeniedAfter
			continue
		}
		all = append(all, x)
	}
	return all
}

// plus adds what was found in one account to a sum that may be new.
func (a *Access) plus(found *Access) *Access {
	if a == nil {
		a = &Access{Identity: found.Identity, Expect: found.Expect, Match: found.Match, Source: found.Source}
	}
	a.Matched += found.Matched
	a.Accounts += one(found.Matched)
	a.DeniedNow += found.DeniedNow
	a.AccountsDeniedNow += one(found.DeniedNow)
	a.DeniedAfter += found.DeniedAfter
	a.AccountsDeniedAfter += one(found.DeniedAfter)
	return a
}

// compare takes in how often the expectation does not hold in one account.
func (p *AccessPair) compare(was, is int64) {
	worse, better := max(0, is-was), max(0, was-is)
	p.Worse += worse
	p.Better += better
	p.AccountsWorse += one(worse)
	p.AccountsBetter += one(better)
}

// either is the new policy's expectation, if it has one.
func (p *AccessPair) either() *Access {
	if p.New != nil {
		return p.New
	}
	return p.Old
}

func (s *accessPairs) differing() []AccessPair {
	var all []AccessPair
	for _, p := range s.all {
		if p.Old == nil || p.New == nil || p.Worse+p.Better > 0 || p.Old.DeniedAfter != p.New.DeniedAfter {
			all = append(all, *p)
		}
	}
	// What gets worse is read first.
	slices.SortStableFunc(all, func(x, y AccessPair) int { return int(one(y.Worse) - one(x.Worse)) })
	return all
}

// find is the first that has what is asked for, or nil.
func find[T any](list []T, has func(*T) bool) *T {
	for i := range list {
		if has(&list[i]) {
			return &list[i]
		}
	}
	return nil
}
