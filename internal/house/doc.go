// Package house has no code. Its tests hold the rules of the house, those that
// a reviewer would forget: who may import whom, who may change files, where
// state and output live. Each rule is also shown a violation, and must see it.
package house
