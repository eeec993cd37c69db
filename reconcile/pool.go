package reconcile

import (
	"slices"
	"sync"
)

// pool hands directories to workers: those of the accounts that were begun
// first, then new accounts, so that few accounts are open at a time and a large
// one is shared by all.
type pool struct {
	mu      sync.Mutex
	wake    *sync.Cond // workers
	ready   *sync.Cond // who writes, and is not to be woken for each directory
	waiting []*walk    // not begun, by name
	active  []*walk    // begun and not yet written to the plan, by name
	window  int        // how many may be active: their drafts are memory
	err     error
}

func newPool(walks []*walk, window int) *pool {
	p := &pool{waiting: slices.Clone(walks), window: window}
	p.wake, p.ready = sync.NewCond(&p.mu), sync.NewCond(&p.mu)
	return p
}

// next is a directory to list, or with begin an account to begin. It waits for
// one, and is false when there will be none.
func (p *pool) next() (w *walk, t task, begin, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		if p.err != nil || len(p.waiting)+len(p.active) == 0 {
			return nil, task{}, false, false
		}
		for _, w := range p.active {
			if last := len(w.stack) - 1; last >= 0 {
				t := w.stack[last]
				w.stack = w.stack[:last]
				return w, t, false, true
			}
		}
		if len(p.waiting) > 0 && len(p.active) < p.window {
			w := p.waiting[0]
			p.waiting[0] = nil
			p.waiting = p.waiting[1:]
			p.active = append(p.active, w)
			w.pending = 1
			return w, task{}, true, true
		}
		p.wake.Wait()
	}
}

// done says that one task of w is finished and gives those it found. It
// reports whether it was the last.
func (p *pool) done(w *walk, found []task) (last bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.stack = append(w.stack, found...)
	w.pending += len(found) - 1
	if len(found) > 1 { // who asks takes one
		p.wake.Broadcast()
	}
	return w.pending == 0
}

// written takes an account out of the window.
func (p *pool) written(w *walk) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active = slices.DeleteFunc(p.active, func(a *walk) bool { return a == w })
	p.wake.Broadcast()
}

// fail ends the run; the first error counts.
func (p *pool) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	p.wake.Broadcast()
	p.ready.Broadcast()
}

// end says that an account is ready to be written.
func (p *pool) end(w *walk) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.ended = true
	p.ready.Broadcast()
}

// await waits for [pool.end]; it is false where the run failed instead.
func (p *pool) await(w *walk) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !w.ended && p.err == nil {
		p.ready.Wait()
	}
	return p.err == nil
}
