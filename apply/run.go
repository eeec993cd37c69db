package apply

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// runDir is the folder of one run, with its journal begun.
type runDir struct {
	id      string
	journal *journal
}

// createRun makes the folder, copies plan and approval into it and begins the
// journal; on return all of that is on disk.
func createRun(o *Options, started time.Time) (*runDir, error) {
	top := filepath.Join(o.StateDir, "runs")
	if err := os.MkdirAll(top, 0o700); err != nil {
		return nil, err
	}
	id, err := newRun(top, started)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(top, id)
	source, err := section(o.File)
	if err != nil {
		return nil, err
	}
	if err := copyTo(filepath.Join(dir, planFile), source); err != nil {
		return nil, err
	}
	if err := writeApproval(filepath.Join(dir, approvalFile), o.Approval); err != nil {
		return nil, err
	}
	j, err := createJournal(dir)
	if err != nil {
		return nil, err
	}
	begin := runBegin{
		Version: journalVersion, ID: id, Started: started, By: o.By, PID: os.Getpid(),
		Root: o.Plan.Header.Root, Plan: o.Plan.Digest, File: o.Plan.File, Undoes: o.Plan.Header.Undoes,
	}
	err = errors.Join(j.write(record{Begin: &begin}, true), syncDir(dir), syncDir(top), syncDir(o.StateDir))
	if err != nil {
		j.close()
		return nil, err
	}
	return &runDir{id, j}, nil
}

// newRun makes an empty folder under a name that sorts by time.
func newRun(top string, started time.Time) (string, error) {
	for {
		var random [2]byte
		rand.Read(random[:])
		id := started.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(random[:])
		if err := os.Mkdir(filepath.Join(top, id), 0o700); !errors.Is(err, fs.ErrExist) {
			return id, err
		}
	}
}

func copyTo(path string, from io.Reader) error {
	return create(path, func(w io.Writer) error {
		_, err := io.Copy(w, from)
		return err
	})
}

func writeApproval(path string, a io.WriterTo) error {
	return create(path, func(w io.Writer) error {
		_, err := a.WriteTo(w)
		return err
	})
}

// create writes a new file and has it on disk on return.
func create(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := write(file); err != nil {
		return err
	}
	return file.Sync()
}

// section reads a whole file without moving anybody else's place in it.
func section(file *os.File) (*io.SectionReader, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return io.NewSectionReader(file, 0, info.Size()), nil
}
