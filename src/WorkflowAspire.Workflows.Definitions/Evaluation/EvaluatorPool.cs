using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Workflows.Definitions.Evaluation;

/// <summary>The evaluators: started ahead, shared among tenants in turns, replaced when they have ended.</summary>
/// <remarks>
/// A tenant has all evaluators but one at most, so that one is always for another. Tenants whose texts have ended evaluators lately have a
/// single one each, never the last that is there, and wait a little longer with each that they end.
/// </remarks>
internal sealed partial class EvaluatorPool(IOptions<DefinitionOptions> options, ILogger<EvaluatorPool> logger) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // The machine's own time: an evaluator is a process, whatever time the runs have.
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly EvaluatorOptions _options = options.Value.Evaluators;
    private readonly Lock _lock = new();
    private readonly Stack<EvaluatorProcess> _idle = [];
    private readonly HashSet<EvaluatorProcess> _all = [];
    private readonly Dictionary<Guid, TenantTurns> _tenants = [];
    private readonly Queue<TenantTurns> _line = [];
    private int _starting;
    private int _wanted = 1;
    private bool _isClosed;

    /// <summary>The evaluators that are ready, by the numbers of their processes.</summary>
    public IReadOnlyList<int> ProcessIds
    {
        get
        {
            lock (_lock) return [.. _all.Select(evaluator => evaluator.Id)];
        }
    }

    /// <summary>Starts the first evaluator, unless there is one; nobody waits for it.</summary>
    public void StartAhead()
    {
        lock (_lock) StartMissing();
    }

    /// <summary>Has an assignment done by an evaluator, as soon as one is free for the tenant.</summary>
    /// <exception cref="EvaluatorsUnavailableException">None is free in time, or none can be started.</exception>
    public async Task<AssignmentResult> AskAsync(Guid tenant, Assignment assignment, CancellationToken ct)
    {
        var turns = await EnterAsync(tenant, ct).ConfigureAwait(false);
        var evaluator = await TakeAsync(turns, ct).ConfigureAwait(false);
        var asked = AskAsync(turns, evaluator, assignment);
        // Whoever goes leaves the evaluator to its work: its limits end it, and then it is free again.
        return await asked.WaitAsync(ct).ConfigureAwait(false);
    }

    public void Dispose()
    {
        List<EvaluatorProcess> all;
        lock (_lock)
        {
            _isClosed = true;
            all = [.. _all];
            foreach (var turns in _tenants.Values) turns.Refuse(new EvaluatorsUnavailableException("The service stops."));
        }

        foreach (var evaluator in all) evaluator.Dispose();
    }

    private async Task<AssignmentResult> AskAsync(TenantTurns turns, EvaluatorProcess evaluator, Assignment assignment)
    {
        AssignmentResult? result = null;
        try
        {
            result = await evaluator.AskAsync(assignment).ConfigureAwait(false);
            return result;
        }
        finally
        {
            Return(turns, evaluator, result);
        }
    }

    private async Task<TenantTurns> EnterAsync(Guid tenant, CancellationToken ct)
    {
        TenantTurns? turns;
        TimeSpan penalty;
        lock (_lock)
        {
            if (!_tenants.TryGetValue(tenant, out turns))
            {
                if (_tenants.Count > 1000) foreach (var (id, idle) in _tenants.Where(known => known.Value.IsForgettable(_time.GetUtcNow())).ToList()) _tenants.Remove(id);
                _tenants[tenant] = turns = new TenantTurns();
            }

            penalty = turns.Penalty(_time.GetUtcNow());
        }

        if (penalty > TimeSpan.Zero) await Task.Delay(penalty, _time, ct).ConfigureAwait(false);
        return turns;
    }

    private async Task<EvaluatorProcess> TakeAsync(TenantTurns turns, CancellationToken ct)
    {
        Turn turn;
        lock (_lock)
        {
            if (_isClosed) throw new EvaluatorsUnavailableException("The service stops.");
            turn = turns.Ask();
            if (!_line.Contains(turns)) _line.Enqueue(turns);
            Serve();
            if (!turn.Task.IsCompleted && _idle.Count == 0 && _all.Count + _starting < _options.Most)
            {
                _wanted = Math.Max(_wanted, _all.Count + _starting + 1);
                StartMissing();
            }
        }

        try
        {
            return await turn.Task.WaitAsync(_options.WaitLimit, ct).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is TimeoutException or OperationCanceledException)
        {
            lock (_lock)
            {
                if (turn.TrySetCanceled(CancellationToken.None)) turns.Forget(turn);
                else if (turn.Task.IsCompletedSuccessfully) Free(turns, turn.Task.Result);
            }

            if (gone is OperationCanceledException) throw;
            throw new EvaluatorsUnavailableException($"All {_options.Most} evaluators ({EvaluatorOptions.Section}:Processes) were busy for {_options.WaitLimit:g}; try again later.");
        }
    }

    private void Return(TenantTurns turns, EvaluatorProcess evaluator, AssignmentResult? result)
    {
        lock (_lock)
        {
            if (!evaluator.IsUsable)
            {
                turns.NoteEnd(_time.GetUtcNow());
                // One for those who end them, and one for all others.
                _wanted = Math.Max(_wanted, Math.Min(2, _options.Most));
            }

            Free(turns, evaluator);
        }

        if (!evaluator.IsUsable) Ended(logger, evaluator.Id, result is null ? "unknown" : result.End?.Reason ?? result.Answers[^1].Outcome.ToString());
    }

    private void Free(TenantTurns turns, EvaluatorProcess evaluator)
    {
        turns.Held--;
        if (evaluator.IsUsable && !_isClosed)
        {
            _idle.Push(evaluator);
        }
        else
        {
            _all.Remove(evaluator);
            evaluator.Dispose();
            StartMissing();
        }

        Serve();
    }

    // Each tenant in line has one turn, then the next one has.
    private void Serve()
    {
        for (var passed = 0; passed < _line.Count && _idle.Count > 0;)
        {
            var turns = _line.Dequeue();
            if (!turns.IsWaiting) continue;
            if (!MayHave(turns))
            {
                _line.Enqueue(turns);
                passed++;
                continue;
            }

            var evaluator = _idle.Pop();
            if (!evaluator.IsUsable)
            {
                // Somebody ended it while it had nothing to do.
                _all.Remove(evaluator);
                StartMissing();
                _line.Enqueue(turns);
                continue;
            }

            if (turns.TryGive(evaluator)) turns.Held++;
            else _idle.Push(evaluator);
            if (turns.IsWaiting) _line.Enqueue(turns);
            passed = 0;
        }
    }

    private bool MayHave(TenantTurns turns)
    {
        var now = _time.GetUtcNow();
        if (!turns.EndsEvaluators(now)) return turns.Held < Math.Max(1, _options.Most - 1);
        return turns.Held == 0 && (_options.Most == 1 || _tenants.Values.Where(other => other.EndsEvaluators(now)).Sum(other => other.Held) < _all.Count - 1);
    }

    private void StartMissing()
    {
        while (!_isClosed && _all.Count + _starting < Math.Min(_wanted, _options.Most))
        {
            _starting++;
            _ = Task.Run(StartAsync);
        }
    }

    private async Task StartAsync()
    {
        try
        {
            var evaluator = await EvaluatorProcess.StartAsync(_options, _time.GetUtcNow()).ConfigureAwait(false);
            lock (_lock)
            {
                _starting--;
                if (_isClosed)
                {
                    evaluator.Dispose();
                    return;
                }

                _all.Add(evaluator);
                _idle.Push(evaluator);
                Serve();
            }

            Started(logger, evaluator.Id);
        }
        catch (Exception error)
        {
            NotStarted(logger, error);
            var refusal = error as EvaluatorsUnavailableException ?? new EvaluatorsUnavailableException($"An evaluator can't be started: {error.Message}", error);
            lock (_lock)
            {
                _starting--;
                if (_all.Count == 0) foreach (var turns in _tenants.Values) turns.Refuse(refusal);
            }

            // Those who still wait, or come later, wait for the next try.
            await Task.Delay(Pause).ConfigureAwait(false);
            StartAhead();
        }
    }

    [LoggerMessage(LogLevel.Debug, "Started evaluator {process}")]
    private static partial void Started(ILogger logger, int process);

    [LoggerMessage(LogLevel.Warning, "Evaluator {process} ended and is replaced: {reason}")]
    private static partial void Ended(ILogger logger, int process, string reason);

    [LoggerMessage(LogLevel.Error, "An evaluator can't be started; definitions can neither be saved nor run")]
    private static partial void NotStarted(ILogger logger, Exception exception);
}
