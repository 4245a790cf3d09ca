using System.Collections.Concurrent;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>Keeps up to so many values; when one more comes, those go that were used longest ago, a quarter at once.</summary>
internal sealed class BoundedCache<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Entry> _entries = [];
    private readonly Lock _eviction = new();
    private long _uses;

    public int Count => _entries.Count;

    public TValue GetOrAdd(TKey key, Func<TKey, TValue> create)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            entry = _entries.GetOrAdd(key, static (wanted, make) => new Entry(new Lazy<TValue>(() => make(wanted))), create);
            entry.LastUse = Interlocked.Increment(ref _uses);
            if (_entries.Count > capacity) Evict();
        }

        entry.LastUse = Interlocked.Increment(ref _uses);
        return entry.Value.Value;
    }

    private void Evict()
    {
        lock (_eviction)
        {
            if (_entries.Count <= capacity) return;
            var tooMany = _entries.Count - capacity + (capacity / 4);
            foreach (var (key, _) in _entries.ToArray().OrderBy(entry => entry.Value.LastUse).Take(tooMany)) _entries.TryRemove(key, out _);
        }
    }

    private sealed class Entry(Lazy<TValue> value)
    {
        private long _lastUse;

        public Lazy<TValue> Value => value;

        public long LastUse
        {
            get => Volatile.Read(ref _lastUse);
            set => Volatile.Write(ref _lastUse, value);
        }
    }
}
