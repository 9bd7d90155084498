package runs

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Container names a container whose log is wanted.
type Container struct{ Namespace, Pod, Name string }

// maxLogRead bounds how many bytes of a log are read to find its end; a log of that many bytes in its last lines is cut.
const maxLogRead = 8 << 20

// notALog is the beginning of what the kubelet answers, with status 200, for a container that the runtime has forgotten.
const notALog = "unable to retrieve container logs"

// skippedStep is in the line that Tekton prints in every step after the failing one. It is noise.
const skippedStep = "Skipping step because a previous step failed"

// LogTail returns the last lines of a container's log, at most lines of them and at most maxBytes, raw: with whatever
// escape sequences the job printed. ErrNoLog says that there is none any more, or not yet.
func (s *Store) LogTail(ctx context.Context, c Container, lines, maxBytes int64) (string, error) {
	limit := int64(maxLogRead)
	stream, err := s.Pods.Pods(c.Namespace).GetLogs(c.Pod, &corev1.PodLogOptions{
		Container: c.Name, TailLines: &lines, LimitBytes: &limit,
	}).Stream(ctx)
	if apierrors.IsNotFound(err) || apierrors.IsBadRequest(err) {
		return "", fmt.Errorf("%w: %w", ErrNoLog, err)
	}
	if err != nil {
		return "", fmt.Errorf("read the log of %s in pod %s/%s: %w", c.Name, c.Namespace, c.Pod, err)
	}
	tail, readErr := lastBytes(stream, maxBytes)
	if err := stream.Close(); readErr == nil {
		readErr = err
	}
	if readErr != nil {
		return "", fmt.Errorf("read the log of %s in pod %s/%s: %w", c.Name, c.Namespace, c.Pod, readErr)
	}
	if bytes.HasPrefix(tail, []byte(notALog)) {
		return "", ErrNoLog
	}
	return string(tail), nil
}

// lastBytes reads r to its end without noise and keeps whole lines from the end, at most limit bytes; of a last line
// that is longer it keeps the end.
func lastBytes(r io.Reader, limit int64) ([]byte, error) {
	var kept []byte
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if !bytes.Contains(line, []byte(skippedStep)) {
			kept = append(kept, line...)
		}
		if over := int64(len(kept)) - limit; over > 0 {
			kept = dropFront(kept, int(over))
		}
		if err == io.EOF {
			return kept, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// dropFront removes at least n bytes from the front, up to the end of a line if another line follows.
func dropFront(b []byte, n int) []byte {
	if i := bytes.IndexByte(b[n:], '\n'); i >= 0 && n+i+1 < len(b) && b[n-1] != '\n' {
		n += i + 1
	}
	return b[n:]
}
