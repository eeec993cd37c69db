package apply

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// The files of a run's folder.
const (
	planFile     = "plan"
	approvalFile = "approval"
	journalFile  = "journal"
	tornFile     = "journal.torn"
)

// journal is a run's record as it grows. Workers share it.
type journal struct {
	mu       sync.Mutex
	file     *os.File
	sequence uint64
	// err is the first failure. A frame that was half written must stay the
	// last one, so nothing is written after it.
	err error
}

func createJournal(dir string) (*journal, error) {
	file, err := os.OpenFile(filepath.Join(dir, journalFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &journal{file: file}, nil
}

// write appends rec. With sync it is on disk, with all before it, on return.
func (j *journal) write(rec record, sync bool) error {
	payload, err := json.Marshal(rec)
	if err == nil && len(payload) > maxFrame {
		err = errors.New("journal: record too large")
	}
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	j.sequence++
	_, j.err = j.file.Write(appendFrame(nil, j.sequence, payload))
	if j.err == nil && sync {
		j.err = j.file.Sync()
	}
	return j.err
}

func (j *journal) close() error { return j.file.Close() }

// syncDir makes the names in a directory last.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
