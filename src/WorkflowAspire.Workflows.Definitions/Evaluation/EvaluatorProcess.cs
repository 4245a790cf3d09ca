using System.Buffers;
using System.Diagnostics;
using System.Text;
using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Workflows.Definitions.Evaluation;

/// <summary>One evaluator. It has one assignment at a time.</summary>
internal sealed class EvaluatorProcess : IDisposable
{
    // What an evaluator keeps of texts, in characters, before it begins anew.
    private const int MostKnown = 500_000;
    private const int MostOfOutput = 4000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly Dictionary<TenantText, int> _known = [];
    private readonly ArrayBufferWriter<byte> _frame = new();
    private readonly StringBuilder _complaint = new();
    private List<Answer> _answers = [];
    private TaskCompletionSource<AssignmentResult>? _waiting;
    private int _knownCharacters;
    private volatile bool _isLeaving;
    private volatile EvaluatorEnd? _end;

    private EvaluatorProcess(Process process)
    {
        (_process, Id) = (process, process.Id);
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_complaint)
            {
                if (line.Data is { } text && _complaint.Length < MostOfOutput) _complaint.AppendLine(text);
            }
        };
        _process.BeginErrorReadLine();
        new Thread(Listen) { IsBackground = true, Name = $"evaluator {process.Id}" }.Start();
    }

    public int Id { get; }

    /// <summary>Whether it takes assignments.</summary>
    public bool IsUsable => !_isLeaving;

    /// <exception cref="EvaluatorsUnavailableException">It can't be started.</exception>
    public static async Task<EvaluatorProcess> StartAsync(EvaluatorOptions options, DateTimeOffset now)
    {
        var evaluator = new EvaluatorProcess(EvaluatorProgram.Start(options.MaxHeap));
        foreach (var warmUp in new[] { EvaluatorProgram.WarmUp(now), EvaluatorProgram.WarmUpReading(now) })
        {
            var result = await evaluator.AskAsync(warmUp).ConfigureAwait(false);
            if (result.End is null && result.Answers.All(answer => answer.Outcome == Outcome.Done)) continue;
            evaluator.Dispose();
            throw new EvaluatorsUnavailableException(
                $"An evaluator was started and doesn't work: {result.End?.Reason ?? result.Answers.First(answer => answer.Outcome != Outcome.Done).Text}");
        }

        return evaluator;
    }

    /// <summary>Has the tasks done.</summary>
    /// <returns>An answer for each task up to the one at which it stopped; and how the process ended, if it did.</returns>
    public Task<AssignmentResult> AskAsync(Assignment assignment)
    {
        var waiting = new TaskCompletionSource<AssignmentResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers = new List<Answer>(assignment.Tasks.Count);
        Volatile.Write(ref _waiting, waiting);
        var limit = (assignment.Limits.Time * 10 * (assignment.Tasks[0].Purpose == Purpose.Read ? 1 : assignment.Tasks.Count)) + Patience;
        var forget = _knownCharacters > MostKnown;
        if (forget)
        {
            _known.Clear();
            _knownCharacters = 0;
        }

        Frames.Write(assignment, Number, forget, _frame);
        try
        {
            _process.StandardInput.BaseStream.Write(_frame.WrittenSpan);
            _process.StandardInput.BaseStream.Flush();
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended; whoever listens to it notices and says how.
        }

        if (_frame.Capacity > 1_000_000) _frame.Clear();
        // It may have ended before there was somebody to be told.
        if (_end is { } end) Interlocked.Exchange(ref _waiting, null)?.TrySetResult(new AssignmentResult(_answers, end));
        return waiting.Task.IsCompleted ? waiting.Task : LimitAsync(waiting.Task, limit);
    }

    public void Dispose()
    {
        _isLeaving = true;
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    // The evaluator keeps its own time; this is for one that can't any more.
    private async Task<AssignmentResult> LimitAsync(Task<AssignmentResult> answered, TimeSpan limit)
    {
        try
        {
            return await answered.WaitAsync(limit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Dispose();
            return await answered.ConfigureAwait(false);
        }
    }

    private (int Number, bool IsNew) Number(TenantText text)
    {
        if (_known.TryGetValue(text, out var number)) return (number, false);
        _known[text] = number = _known.Count;
        _knownCharacters += text.Source.Length;
        return (number, true);
    }

    private void Listen()
    {
        var output = _process.StandardOutput.BaseStream;
        while (Next(output) is { } frame)
        {
            var (answer, flags) = Frames.ReadAnswer(frame);
            _answers.Add(answer);
            if (flags.HasFlag(AnswerFlags.Leaving)) _isLeaving = true;
            if (flags.HasFlag(AnswerFlags.Last)) Interlocked.Exchange(ref _waiting, null)?.TrySetResult(new AssignmentResult(_answers, null));
        }

        _isLeaving = true;
        _process.WaitForExit();
        _end = Describe();
        Interlocked.Exchange(ref _waiting, null)?.TrySetResult(new AssignmentResult(_answers, _end));
        _process.Dispose();
    }

    private static byte[]? Next(Stream output)
    {
        try
        {
            return Frames.Read(output);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private EvaluatorEnd Describe()
    {
        string complaint;
        lock (_complaint) complaint = _complaint.ToString();
        return complaint switch
        {
            _ when complaint.Contains("Stack overflow", StringComparison.Ordinal) => new EvaluatorEnd(Outcome.Depth, "its stack overflowed"),
            _ when complaint.Contains("Out of memory", StringComparison.OrdinalIgnoreCase) || complaint.Contains("OutOfMemoryException", StringComparison.Ordinal) =>
                new EvaluatorEnd(Outcome.Memory, "its memory ran out"),
            _ => new EvaluatorEnd(null, $"it ended with exit code {_process.ExitCode}: {complaint.Trim()}"),
        };
    }
}

/// <summary>What became of an assignment.</summary>
/// <param name="Answers">The answers that came.</param>
/// <param name="End">How the evaluator ended before it had answered all; null where it did answer.</param>
internal sealed record AssignmentResult(IReadOnlyList<Answer> Answers, EvaluatorEnd? End);

/// <summary>How an evaluator ended.</summary>
/// <param name="Cause">The limit that its last task broke; null where nothing says that it was the task.</param>
/// <param name="Reason">In words.</param>
internal sealed record EvaluatorEnd(Outcome? Cause, string Reason);
