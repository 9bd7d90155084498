package queue

// Action is something to do about one run. The set is closed: Admit, Cancel, Wait.
type Action interface {
	action()
	// Of is the run that it is about.
	Of() Key
	// Because is the action's why: a phrase without a full stop.
	Because() string
}

// Admit lets a queued run start.
type Admit struct {
	Run Key
	Why string
}

// Cancel ends a run that was superseded, whether it runs or not.
type Cancel struct {
	Run Key
	Why string
}

// Wait leaves a run queued.
type Wait struct {
	Run Key
	// Ahead is how many waiting runs are older.
	Ahead int
	Why   string
}

func (Admit) action()  {}
func (Cancel) action() {}
func (Wait) action()   {}

// Of is the run that may start.
func (a Admit) Of() Key { return a.Run }

// Of is the run that ends.
func (a Cancel) Of() Key { return a.Run }

// Of is the run that waits.
func (a Wait) Of() Key { return a.Run }

// Because is the action's why.
func (a Admit) Because() string { return a.Why }

// Because is the action's why.
func (a Cancel) Because() string { return a.Why }

// Because is the action's why.
func (a Wait) Because() string { return a.Why }
