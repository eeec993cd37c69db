package apply

import (
	"fmt"
	"math"
	"os"
	"strings"
	"sync"

	"rightful/plan"
)

// rwx are the mode bits that an ACL shares with the mode.
const rwx = plan.Mode(0o777)

const setid = plan.Setuid | plan.Setgid

// kin knows what the rules about files that change hands depend on.
type kin struct {
	// accounts are the uids of all accounts of the plan. It is asked only where
	// a file goes from or to somebody who is neither root nor its account.
	accounts func() (map[uint32]bool, error)
	// protected is fs.protected_hardlinks.
	protected bool
}

func newKin(o *Options) kin {
	setting, err := os.ReadFile("/proc/sys/fs/protected_hardlinks")
	return kin{
		accounts:  sync.OnceValues(func() (map[uint32]bool, error) { return accountUIDs(o) }),
		protected: err == nil && strings.TrimSpace(string(setting)) == "1",
	}
}

// refuse says why a change is never made, whoever approved it; empty if it may
// be. Have is the state now.
func (k kin) refuse(a *plan.Account, have *plan.State, ch *plan.Change) string {
	want := &ch.After
	switch {
	case have.Type > plan.Symlink:
		return fmt.Sprintf("a %v", have.Type)
	case have.Flags != 0:
		return "immutable or append-only"
	case have.Type == plan.File && have.Nlink != 1:
		return fmt.Sprintf("hard link (%d names): a change could reach a file outside the account", have.Nlink)
	case have.Type == plan.File && (have.Mode|want.Mode)&setid != 0:
		return "setuid or setgid on a file"
	case ch.Action == plan.Remove:
		return ""
	case want.UID == math.MaxUint32 || want.GID == math.MaxUint32:
		return "owner or group -1, which means none"
	case want.CheckACL() != nil:
		// A plain chmod would set the mask, which can give named users what
		// they were denied: what touches an ACL says all of it.
		return "would have " + want.CheckACL().Error()
	case have.Type == plan.File && have.UID != want.UID:
		return k.refuseHands(a, have.UID, want.UID)
	}
	return ""
}

// refuseHands judges who may lose and get an existing regular file. Whoever
// wrote it may still have it open, and it may be a link to a file elsewhere
// whose other name is gone.
func (k kin) refuseHands(a *plan.Account, from, to uint32) string {
	switch {
	case to == 0:
		return "an existing file would go to root"
	case from == 0 && !k.protected:
		return "root's file, and fs.protected_hardlinks is not 1: it may be one from elsewhere"
	}
	for _, uid := range []uint32{from, to} {
		if uid == 0 || uid == a.UID {
			continue
		}
		others, err := k.accounts()
		if err != nil {
			return plan.Printable("not known whose file it is: " + err.Error())
		}
		if others[uid] {
			return fmt.Sprintf("uid %d is another account's", uid)
		}
	}
	return ""
}

// accountUIDs reads the plan once more, apart from the reading that is going on.
func accountUIDs(o *Options) (map[uint32]bool, error) {
	file, err := section(o.File)
	if err != nil {
		return nil, err
	}
	p, err := o.Plan.From(file)
	if err != nil {
		return nil, err
	}
	uids := make(map[uint32]bool)
	for rec, err := range p.Records() {
		if err != nil {
			return nil, err
		}
		if rec.Account != nil {
			uids[rec.Account.UID] = true
		}
	}
	return uids, nil
}
