package snapshot

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"rightful/internal/userdb"
	"rightful/plan"
)

// who makes the databases of the texts.
func (r *reader) who() error {
	if r.people == nil {
		return errors.New("without users")
	}
	users := &userdb.Record{
		Passwd: split(r.text(ofUsers)), Group: split(r.text(ofGroups)),
		Asked: r.people.Asked, Unlisted: r.people.Unlisted, Memberships: map[string][]uint32{},
	}
	if users.Asked < 0 || users.Asked > len(users.Passwd) {
		return errors.New("users: more were asked for than there are")
	}
	for _, line := range split(r.text(ofMemberships)) {
		name, list, _ := strings.Cut(line, ":")
		gids, err := parseNumbers(list)
		if err != nil {
			return fmt.Errorf("memberships of %s: %w", plan.Quote(name), err)
		}
		users.Memberships[name] = gids
	}
	r.Users = userdb.Recorded(users)
	if r.Passwd = r.Users; r.people.File {
		r.Passwd = userdb.Recorded(&userdb.Record{Passwd: split(r.text(ofPasswd))})
	}
	if limits := r.text(ofLimits); limits != "" {
		r.Limits = []byte(limits)
	}
	return nil
}

func parseNumbers(list string) (ids []uint32, err error) {
	if list == "" {
		return nil, nil
	}
	for word := range strings.SplitSeq(list, ",") {
		id, err := strconv.ParseUint(word, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("%s is no number", plan.Quote(word))
		}
		ids = append(ids, uint32(id))
	}
	return ids, nil
}
