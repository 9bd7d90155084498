package github

import (
	"net/url"
	"sync"

	"github.com/bartventer/httpcache/store"
	"github.com/bartventer/httpcache/store/driver"
	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// cacheName is the scheme under which the cache library finds our driver.
const cacheName = "bowsprit-lru"

// The bounds of one identity's cache. A full answer of GitHub is some 10 to 500 KB.
const (
	cacheEntries = 4096
	cacheBytes   = 32 << 20
)

func init() {
	store.Register(cacheName, driver.DriverFunc(func(*url.URL) (driver.Conn, error) {
		return newBoundedCache(cacheEntries, cacheBytes)
	}))
}

// boundedCache is a cache driver that forgets what was not used for longest, so that it never holds more than so many
// entries and bytes. The library's own memory driver grows without bound.
type boundedCache struct {
	mu    sync.Mutex
	lru   *simplelru.LRU[string, []byte]
	bytes int
	most  int
}

// newBoundedCache makes an empty cache.
func newBoundedCache(entries, bytes int) (*boundedCache, error) {
	c := &boundedCache{most: bytes}
	lru, err := simplelru.NewLRU(entries, func(key string, value []byte) { c.bytes -= len(key) + len(value) })
	c.lru = lru
	return c, err
}

// Get returns an entry, or driver.ErrNotExist.
func (c *boundedCache) Get(key string) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	value, ok := c.lru.Get(key)
	if !ok {
		return nil, driver.ErrNotExist
	}
	return value, nil
}

// Set keeps an entry unless it alone would fill a quarter of the cache; the error is always nil.
func (c *boundedCache) Set(key string, value []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lru.Remove(key)
	if len(value) > c.most/4 {
		return nil
	}
	c.lru.Add(key, value)
	c.bytes += len(key) + len(value)
	for c.bytes > c.most {
		c.lru.RemoveOldest()
	}
	return nil
}

// Delete drops an entry, or returns driver.ErrNotExist.
func (c *boundedCache) Delete(key string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.lru.Remove(key) {
		return driver.ErrNotExist
	}
	return nil
}
