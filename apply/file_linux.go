package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// addFile writes a file that has no name yet and links it in when it is whole.
func (w *walker) addFile(s *plan.Step, at *spot) outcome {
	shop, err := w.account.shop()
	if err != nil {
		return workshopOutcome(err)
	}
	calls := w.run.calls
	file, err := calls.openTemp(shop)
	if err != nil {
		return outcome{Failed, "prepare: " + err.Error()}
	}
	defer file.Close()
	if err := w.fill(file, s.Change.Content); err != nil {
		return outcome{Failed, plan.Printable("content: " + err.Error())}
	}
	if err := calls.finish(file, &at.want); err != nil {
		return outcome{Failed, "prepare: " + err.Error()}
	}
	if err := isComplete(file, &at.want, s.Change.Content.Size); err != nil {
		return outcome{Failed, "prepare: " + err.Error()}
	}
	if err := calls.link(file, at.dir, at.name); err != nil {
		return at.refused(err)
	}
	return at.confirmFile(file)
}

// fill writes content and checks it, before anybody can see the file.
func (w *walker) fill(file *os.File, content *plan.Content) error {
	if content.Size <= plan.MaxContent {
		sum := sha256.Sum256(content.Data)
		if int64(len(content.Data)) != content.Size || hex.EncodeToString(sum[:]) != content.SHA256 {
			return errors.New("not what was planned")
		}
		return w.run.calls.write(file, content.Data)
	}
	source, err := w.run.source(content.From)
	if err != nil {
		return err
	}
	defer source.Close()
	out := &contentWriter{calls: w.run.calls, file: file, sum: sha256.New()}
	n, err := io.Copy(out, io.LimitReader(source, content.Size+1))
	if err != nil {
		return err
	}
	if n != content.Size || hex.EncodeToString(out.sum.Sum(nil)) != content.SHA256 {
		return fmt.Errorf("%s: not what was planned", content.From)
	}
	return nil
}

// source opens content that was too large for the plan. What root copies must
// be root's to write.
func (r *run) source(path string) (*os.File, error) {
	var trust fsys.Trust
	if os.Geteuid() == 0 {
		trust = fsys.TrustRoot
	}
	return fsys.NewFiles(r.root, trust).Open(path)
}

type contentWriter struct {
	calls calls
	file  *os.File
	sum   hash.Hash
}

func (c *contentWriter) Write(data []byte) (int, error) {
	if err := c.calls.write(c.file, data); err != nil {
		return 0, err
	}
	return c.sum.Write(data)
}

// isComplete reads back a file that has no name yet.
func isComplete(file *os.File, want *plan.State, size int64) error {
	var st unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &st); err != nil {
		return err
	}
	if st.Uid != want.UID || st.Gid != want.GID || plan.Mode(st.Mode&0o7777) != want.Mode || st.Size != size {
		return fmt.Errorf("read back: owner %d:%d, mode %v, %d bytes", st.Uid, st.Gid, plan.Mode(st.Mode&0o7777), st.Size)
	}
	return nil
}

// confirmFile reads back a file in its place. It is still open, so that its
// inode number cannot be another's.
func (at *spot) confirmFile(file *os.File) outcome {
	var st unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &st); err != nil {
		return outcome{Failed, "read back: " + err.Error()}
	}
	pin, err := at.dir.Pin(at.name)
	if fsys.Raced(err) {
		return movedAway()
	}
	if err != nil {
		return outcome{Failed, "read back: " + err.Error()}
	}
	defer pin.Close()
	if info, err := pin.Info(); err != nil || info.Ino != st.Ino {
		return movedAway()
	}
	return confirm(pin, &at.want)
}
