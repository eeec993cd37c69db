package lint

import (
	"rightful/spec"
)

const writeForMore = 0o022 // write, for the group and for others

// open reports lines that let others than the owner write.
func (c *checker) open() {
	for _, l := range c.writtenLines() {
		if l.Report != nil {
			continue // nothing is made so
		}
		file, dir := modesOf(l, fileMode), modesOf(l, directoryMode)
		if file != nil && file == dir {
			c.openModes(l, file, effectOf(file, false).gives|effectOf(dir, true).gives)
		} else {
			c.openModes(l, file, effectOf(file, false).gives)
			c.openModes(l, dir, effectOf(dir, true).gives)
		}
		if l.ACL != nil {
			c.openACL(l)
		}
	}
}

// writtenLines are all lines of the policy, each as often as profiles have it.
func (c *checker) writtenLines() []*spec.Line {
	var all []*spec.Line
	for _, p := range c.policy.Profiles {
		all = append(all, profileLines(p)...)
	}
	for i := range c.policy.Exceptions {
		rules := c.policy.Exceptions[i].Rules
		for j := range rules {
			all = append(all, &rules[j])
		}
	}
	return all
}

func (c *checker) openModes(l *spec.Line, modes *spec.Modes, gives uint16) {
	if gives&writeForMore != 0 {
		c.reportIn(openToWrite, modes.Pos, l.Pos, "%s lets %s write", modesText(modes), classes(gives&writeForMore))
	}
}

// openACL asks what entries come to under their mask.
func (c *checker) openACL(l *spec.Line) {
	for _, e := range l.ACL.Entries {
		if e.Tag == spec.ACLMask || e.Tag == spec.ACLUser && (e.Name.Text == spec.IdentityAccount || e.Name.Text == "${account}") {
			continue
		}
		bits := e.Perm
		for _, mask := range l.ACL.Entries {
			if mask.Tag == spec.ACLMask && mask.Default == e.Default {
				bits &= mask.Perm
			}
		}
		if bits&2 != 0 {
			c.reportIn(openToWrite, e.Pos, l.Pos, "%s lets others than the owner write", e)
		}
	}
}
