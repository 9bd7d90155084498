package fault

import (
	"net/http"
	"time"
)

// Weather returns one fault of every kind with these odds each (between 0 and 1), mild enough that what keeps trying
// gets through in the end: for soaks, together with Plan.Seed.
func Weather(odds float64) []*Fault {
	const moment = time.Second
	return []*Fault{
		On("GET", "").Odds(odds).Then(Stale(5 * moment)),
		Any().Odds(odds).Then(BeforeEffect(http.StatusInternalServerError)),
		Any().Odds(odds).Then(AfterEffect(http.StatusBadGateway)),
		Any().Odds(odds).Then(Drop()),
		Any().Odds(odds).Then(DropAfterEffect()),
		Any().Odds(odds).Then(Slow(moment)),
		Any().Odds(odds).Then(SecondaryLimit(http.StatusTooManyRequests, moment)),
		OnEvent("*").Odds(odds).Deliver(Lost()),
		OnEvent("*").Odds(odds).Deliver(Doubled()),
		OnEvent("*").Odds(odds).Deliver(Late(2 * moment)),
		OnEvent("*").Odds(odds).Deliver(Reordered(2 * moment)),
	}
}
