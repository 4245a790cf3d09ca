using System.Collections.Concurrent;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>Keeps up to so many values; when one more comes, those go that were used longest ago, a quarter at once.</summary>
/// <param name="capacity">How many are kept.</param>
/// <param name="ownerOf">Whose a key is; null where nobody owns any.</param>
/// <param name="mostOfOne">How many of one owner are kept, so that none drives out the others'.</param>
internal sealed class BoundedCache<TKey, TValue>(int capacity, Func<TKey, object?>? ownerOf = null, int mostOfOne = int.MaxValue)
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
            if (ownerOf?.Invoke(key) is { } owner) Evict(mostOfOne, other => owner.Equals(ownerOf(other)));
            if (_entries.Count > capacity) Evict(capacity, _ => true);
        }

        entry.LastUse = Interlocked.Increment(ref _uses);
        return entry.Value.Value;
    }

    private void Evict(int most, Func<TKey, bool> among)
    {
        lock (_eviction)
        {
            var kept = _entries.ToArray().Where(entry => among(entry.Key)).ToList();
            if (kept.Count <= most) return;
            foreach (var (key, _) in kept.OrderBy(entry => entry.Value.LastUse).Take(kept.Count - most + (most / 4))) _entries.TryRemove(key, out _);
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
