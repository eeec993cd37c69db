package access

import (
	"fmt"
	"path"
	"slices"

	"rightful/plan"
)

// SSHD is upstream's sshd with StrictModes: whether it takes Case.Path, by
// default ~/.ssh/authorized_keys, for the account's keys (safe_path() in misc.c,
// auth2-pubkeyfile.c). It reads as the account. A file that is not there is no
// finding: then there are no keys.
type SSHD struct{}

// SSHDDebian is Debian's and Ubuntu's, which lets a group write that has only
// that user in it (user-group-modes.patch).
type SSHDDebian struct{}

// Blind implements [Consumer].
func (SSHD) Blind() []string {
	return []string{"sshd_config: AuthorizedKeysFile, StrictModes, AllowUsers, Match", "the keys in the file", "PAM, the shell and locked accounts"}
}

// Blind implements [Consumer].
func (SSHDDebian) Blind() []string { return SSHD{}.Blind() }

// Check implements [Consumer].
func (SSHD) Check(c *Case) []Finding {
	return sshd(c, func(s *plan.State) string {
		return writable(s)
	})
}

// Check implements [Consumer].
func (SSHDDebian) Check(c *Case) []Finding {
	return sshd(c, func(s *plan.State) string {
		who := writable(s)
		if who == "its group" && onlyMember(c, s) {
			return ""
		}
		return who
	})
}

// onlyMember is the patch's secure_permissions(): all whose primary group it is
// have the account's uid, group(5) lists nobody but the owner of the file, and
// at least one is in it.
func onlyMember(c *Case, s *plan.State) bool {
	if c.Members == nil {
		return false
	}
	primary, listed, known := c.Members(s.GID)
	foreign := func(uid uint32) bool { return uid != c.Account.UID }
	return known && !slices.ContainsFunc(primary, foreign) &&
		(len(listed) == 0 || len(listed) == 1 && listed[0] == s.UID) && len(primary)+len(listed) > 0
}

// sshd is the order of both: open as the user, then the file, then each
// directory of its real path, up to the home or to the root.
func sshd(c *Case, whoWrites func(*plan.State) string) []Finding {
	keys := c.Path
	if keys == "" {
		keys = path.Join(c.Home, ".ssh/authorized_keys")
	}
	r := c.account().open(keys, Read)
	switch {
	case r.Fault != nil && r.Fault.Cause == Missing:
		return nil
	case r.Fault != nil:
		return []Finding{r.Fault.finding("sshd, as the user,", "")}
	case r.End.State.Type != plan.File:
		return []Finding{refused(r.End.Path, "", "sshd reads keys from files only, and this is a %v", r.End.State.Type)}
	}
	places := []Named{r.End}
	home := c.account().stat(c.Home)
	for _, dir := range parents(r.End.Path) {
		at := c.account().stat(dir)
		if at.Fault != nil {
			return []Finding{at.Fault.finding("sshd, as the user,", "")}
		}
		places = append(places, at.End)
		if home.Fault == nil && dir == home.End.Path {
			break
		}
	}
	return strict(c, places, whoWrites)
}

func strict(c *Case, places []Named, whoWrites func(*plan.State) string) (f []Finding) {
	var risks []Finding
	for _, at := range places {
		s := &at.State
		if s.UID != 0 && s.UID != c.Account.UID {
			f = append(f, refused(at.Path, "", "sshd wants it to belong to the user or to root, and it is uid %d's", s.UID))
		}
		if who := whoWrites(s); who != "" {
			f = append(f, refused(at.Path, "", "sshd refuses keys that %s can replace (mode %v)", who, s.Mode))
		} else {
			risks = append(risks, thirdParties(c, at)...)
		}
	}
	return append(f, risks...)
}

// thirdParties finds whom an ACL lets write where the mode looks harmless: in
// the mode, what the mask leaves of it shows as the group's.
func thirdParties(c *Case, at Named) (f []Finding) {
	s := &at.State
	if s.Access == "" || s.Mode&0o070 == 0 {
		return nil
	}
	if !legible(s.Access) {
		return []Finding{{Weight: Doubt, Path: at.Path, Reason: "who may write here cannot be told: the ACL cannot be read", Verdict: unclear(BadACL)}}
	}
	image := plan.ACLImage(s.Access)
	n, _ := image.Len()
	for i := range n {
		e := image.Entry(i)
		perm := Want(e.Perm) & Want(s.Mode>>3)
		user := e.Tag == plan.ACLUser && e.ID != c.Account.UID && e.ID != 0 && e.ID != s.UID
		if perm&Write == 0 || !user && e.Tag != plan.ACLNamedGroup {
			continue
		}
		kind := "gid"
		if user {
			kind = "uid"
		}
		f = append(f, Finding{
			Weight: Risk, Path: at.Path, Code: "sshd-acl-write",
			Reason: fmt.Sprintf("the ACL lets %s %d write here, and so log in as the user; sshd does not see it", kind, e.ID),
		})
	}
	return f
}
