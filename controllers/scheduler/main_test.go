package scheduler_test

import (
	"os"
	"testing"

	"github.com/bowsprit-ci/bowsprit/internal/runs/runstest"
)

func TestMain(m *testing.M) { os.Exit(runstest.Main(m)) }
