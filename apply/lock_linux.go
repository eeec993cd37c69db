package apply

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"rightful/internal/fsys"
	"rightful/plan"
)

// lock is a held flock. The kernel drops it when the process dies, whatever
// way, so it is never taken by force and its age means nothing.
type lock struct {
	file   *os.File
	holder LockHolder
}

// acquire takes the lock of a root. It is named after the directory itself, so
// that it is one and the same under whatever path.
func acquire(lockDir string, root *fsys.Dir, holder LockHolder) (*lock, error) {
	if err := ownFolder(lockDir); err != nil {
		return nil, err
	}
	for {
		file, err := openLock(lockDir, root, unix.O_CREAT)
		if err != nil {
			return nil, err
		}
		err = flock(file, unix.LOCK_EX|unix.LOCK_NB)
		if errors.Is(err, unix.EWOULDBLOCK) {
			defer file.Close()
			return nil, &LockedError{Path: file.Name(), Holder: readHolder(file)}
		}
		if err == nil && !named(file) {
			// Its last holder removed it after we had opened it: who comes next
			// will lock another.
			file.Close()
			continue
		}
		l := &lock{file, holder}
		if err == nil {
			err = l.write()
		}
		if err != nil {
			file.Close()
			return nil, err
		}
		return l, nil
	}
}

// ownFolder makes the folder of the locks. One in /tmp could be somebody
// else's, who would then hold all of them.
func ownFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var st unix.Stat_t
	if err := unix.Lstat(dir, &st); err != nil {
		return &os.PathError{Op: "stat", Path: dir, Err: err}
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR || st.Uid != uint32(os.Geteuid()) || st.Mode&0o022 != 0 {
		return fmt.Errorf("%s: not a folder that only its owner, the caller, can write", dir)
	}
	return nil
}

// named reports whether an open file still has its name.
func named(file *os.File) bool {
	open, err := file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(file.Name())
	return err == nil && os.SameFile(open, there)
}

func openLock(lockDir string, root *fsys.Dir, flags int) (*os.File, error) {
	var st unix.Stat_t
	if err := unix.Fstat(root.FD(), &st); err != nil {
		return nil, &os.PathError{Op: "stat", Path: "the root", Err: err}
	}
	path := filepath.Join(lockDir, fmt.Sprintf("root-%x-%x.lock", st.Dev, st.Ino))
	return os.OpenFile(path, os.O_RDWR|unix.O_NOFOLLOW|flags, 0o600)
}

func flock(file *os.File, how int) error {
	for {
		err := unix.Flock(int(file.Fd()), how)
		if err == nil {
			return nil
		}
		if err != unix.EINTR {
			return &os.PathError{Op: "flock", Path: file.Name(), Err: err}
		}
	}
}

// setRun tells the run's name once there is one.
func (l *lock) setRun(id string) error {
	l.holder.Run = id
	return l.write()
}

func (l *lock) write() error {
	data, err := json.Marshal(l.holder)
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(data, '\n'), 0)
	return err
}

// release removes the file while it is still locked, so that nobody else can
// have it: see acquire.
func (l *lock) release() error {
	return errors.Join(os.Remove(l.file.Name()), l.file.Close())
}

// Holder is who holds the lock of root, and nil if nobody does.
func Holder(lockDir, root string) (*LockHolder, error) {
	dir, err := fsys.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	file, err := openLock(lockDir, dir, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	err = flock(file, unix.LOCK_SH|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		holder := readHolder(file)
		return &holder, nil
	}
	return nil, err
}

// readHolder may meet a holder that has not written yet: then all is empty.
func readHolder(file *os.File) LockHolder {
	var holder LockHolder
	data, err := io.ReadAll(io.NewSectionReader(file, 0, 1<<16))
	if err != nil || json.Unmarshal(data, &holder) != nil {
		return LockHolder{}
	}
	return holder
}

func newHolder(by string, p *plan.Plan, now time.Time) LockHolder {
	holder := LockHolder{By: by, PID: os.Getpid(), Since: now.UTC()}
	if p != nil {
		holder.Plan = p.Digest
	}
	return holder
}
