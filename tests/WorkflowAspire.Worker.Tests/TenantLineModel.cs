using WorkflowAspire.Worker.Fairness;

namespace WorkflowAspire.Worker.Tests;

/// <summary>A tenant's places and line in memory.</summary>
internal sealed class TenantLineModel(TenantLimit limit, long lease, long reservation)
{
    private readonly SortedSet<(long Since, string Id)> _line = [];
    private double _due;

    public Dictionary<string, long> Running { get; private set; } = [];

    public HashSet<string> Delayed { get; } = [];

    public IEnumerable<string> Line => _line.Select(parked => parked.Id);

    public string Enter(string id, long since, long now)
    {
        Expire(now);
        if (Running.ContainsKey(id))
        {
            _line.Remove((since, id));
            Running[id] = now + lease;
            return "granted ";
        }

        SkipThoseThatLeft(id);
        var isFirst = _line.Count == 0 || (since, id).CompareTo(_line.Min) <= 0;
        if (isFirst && RateWait(now) == 0 && HasPlace)
        {
            _line.Remove((since, id));
            Start(id, now, lease);
            SkipThoseThatLeft(id);
            return $"granted {Next(now)}";
        }

        var ahead = _line.Count(parked => parked.Since < since);
        if (!isFirst) ahead = Math.Max(1, ahead);
        return $"refused {RateWait(now) + (ahead * limit.IntervalMs)} {ahead} {limit.MostPlaces is not null && (!HasPlace || !isFirst)}";
    }

    public string Park(string id, long since, long now)
    {
        Expire(now);
        _line.Add((since, id));
        return Admit(id, now);
    }

    public string Leave(string id, long now)
    {
        Expire(now);
        Running.Remove(id);
        return Admit(id, now);
    }

    private bool HasPlace => limit.MostPlaces is not { } most || Running.Count < most;

    private string Admit(string id, long now)
    {
        var woken = new List<string>();
        SkipThoseThatLeft(id);
        while (_line.Count > 0 && HasPlace && RateWait(now) == 0)
        {
            var head = _line.Min;
            _line.Remove(head);
            Start(head.Id, now, reservation);
            woken.Add(head.Id);
            SkipThoseThatLeft(id);
        }

        return $"{string.Join(',', woken)} {Next(now)}";
    }

    private string Next(long now) =>
        _line.Count > 0 && limit is { MostPlaces: not null, IntervalMs: > 0 } && HasPlace ? $"{_line.Min.Id} {RateWait(now)}" : "";

    private void Start(string id, long now, long milliseconds)
    {
        Running[id] = now + milliseconds;
        if (limit.IntervalMs > 0) _due = Math.Max(_due, now) + limit.IntervalMs;
    }

    private double RateWait(long now) => limit.IntervalMs == 0 ? 0 : Math.Max(0, Math.Max(_due, now) - limit.EarlyMs - now);

    private void Expire(long now) => Running = Running.Where(place => place.Value > now).ToDictionary();

    private void SkipThoseThatLeft(string id)
    {
        while (_line.Count > 0 && _line.Min.Id != id && !Delayed.Contains(_line.Min.Id)) _line.Remove(_line.Min);
    }
}
