// Package apply carries out the approved steps of a plan, and nothing else: it
// reads neither policy nor accounts, so that it cannot decide anything anew.
//
// [Run] takes the lock of the root, checks host, names and approval again, and
// then goes through the plan. Each step is checked, changed and confirmed:
//
//	pin the entry         without following, opening or crossing anything
//	compare               identity and state with what was planned
//	refuse                what is unsafe whoever approved it
//	change                on the pinned descriptor, never by path
//	read back             and compare with what the plan promised
//
// and ends as one [Result]. A change goes by stages of one call each, none of them
// wider than both ends; a crash leaves an entry in one of those. It never follows
// a link of an account's owner, never changes a file that has other names, never
// gives an existing file to root or to another account, never takes a lock by
// force, and never unlinks anything but its own empty temporaries.
//
// Stale and refused steps are left alone, with whatever needs them, and the
// account goes on, unless there are many of them. A failed step, where the kernel said no or did something
// else than it said, holds the rest of its account; more such accounts than the
// plan's limit run.held allows stop the run.
//
// New directories and links are prepared in the workshop, a folder .rightful
// that nobody but the caller can enter, on the mount of the home: next to it,
// or inside where the home is a mount of its own or the caller cannot write
// next to it. They are moved to their place when they are complete.
//
//	.rightful/run-RUN-STEP           a temporary of one step
//	.rightful/quarantine/RUN/STEP    what a step took away
//
// Temporaries of interrupted runs are cleared by the next run of their root.
// What is in quarantine stays until [Purge] unlinks it, which is the one place
// that does so.
//
// # The journal
//
// A run keeps a folder runs/ID in the state folder: plan, approval and journal.
// The journal is a sequence of frames
//
//	length    u32, little-endian: of the JSON
//	crc32c    u32: of sequence and JSON
//	sequence  u64: from 1
//	JSON      one of run_begin, intent, results, run_end
//
// An intent names steps and is on disk before the first of them is touched;
// results follow. They are final once run_end stands behind them: it is written
// after a syncfs(2) of every filesystem that was touched. In a journal without
// it the last results may be of changes that the disk lost.
//
// # The way back
//
// [OpenPast] opens a run's folder; [Undo] looks at every entry that the run
// changed and writes a plan that takes back what is still as it was left. It is
// approved and applied like any other. Its adds can be entries out of a
// quarantine (plan.Change.Restore), and its removes take away what was added:
// a directory only with nothing else in it, a file only with the content that
// it was given, a home only there. [Stop] ends a run from elsewhere.
//
// Read run.go, dispatch_linux.go, batch_linux.go, account_linux.go,
// update_linux.go, stages_linux.go, add_linux.go, workshop_linux.go;
// descriptors_linux.go divides what may be open, and calls_linux.go has every
// call that changes something. Then undo_linux.go, undo_account_linux.go,
// undo_step_linux.go, undo_added_linux.go, restore_linux.go.
package apply
