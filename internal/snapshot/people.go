package snapshot

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"rightful/internal/userdb"
	"rightful/plan"
	"rightful/reconcile"
)

// maxMentioned bounds what a customer's inventiveness with ACLs may cost.
const maxMentioned = 1 << 16

// mention notes who is spoken of, to be looked up at the end.
func (w *writer) mention(s *plan.State) {
	if len(w.uids)+len(w.gids) >= maxMentioned {
		return
	}
	w.uids[s.UID], w.gids[s.GID] = true, true
	for _, image := range [...]plan.ACLImage{plan.ACLImage(s.Access), plan.ACLImage(s.Default)} {
		n, _ := image.Len()
		for i := range n {
			switch e := image.Entry(i); e.Tag {
			case plan.ACLUser:
				w.uids[e.ID] = true
			case plan.ACLNamedGroup:
				w.gids[e.ID] = true
			}
		}
	}
}

// people writes who is who.
func (w *writer) people(all []reconcile.Surveyed) error {
	q := userdb.Questions{
		UIDs: slices.Sorted(maps.Keys(w.uids)), GIDs: slices.Sorted(maps.Keys(w.gids)),
	}
	q.Users, q.Groups = slices.Clone(w.Survey.Users), slices.Clone(w.Survey.Groups)
	for _, a := range all {
		q.Members = append(q.Members, a.Name)
		q.GIDs = append(q.GIDs, a.GID)
	}
	for _, name := range slices.Sorted(maps.Keys(w.Policy.Identities)) {
		if u := w.Policy.Identities[name].User; u != nil && u.Numeric {
			q.Users = append(q.Users, strconv.FormatUint(uint64(u.ID), 10))
			if known, ok, err := w.Users.UserByID(u.ID); err == nil && ok {
				q.Members = append(q.Members, known.Name)
			}
		} else if u != nil {
			q.Members = append(q.Members, u.Text)
		}
	}
	r, err := w.Users.Record(q)
	if err != nil {
		return err
	}
	own := w.Passwd != w.Users
	w.record(&record{People: &people{Asked: r.Asked, Unlisted: r.Unlisted, File: own}})
	w.text(ofUsers, joined(r.Passwd))
	w.text(ofGroups, joined(r.Group))
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(r.Memberships)) {
		lines = append(lines, name+":"+numbers(r.Memberships[name]))
	}
	w.text(ofMemberships, joined(lines))
	if !own {
		return nil
	}
	file, err := w.Passwd.Record(userdb.Questions{})
	if err != nil {
		return err
	}
	w.text(ofPasswd, joined(file.Passwd))
	return nil
}

func joined(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

func split(all string) []string {
	if all == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(all, "\n"), "\n")
}

func numbers(ids []uint32) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = strconv.FormatUint(uint64(id), 10)
	}
	return strings.Join(words, ",")
}
