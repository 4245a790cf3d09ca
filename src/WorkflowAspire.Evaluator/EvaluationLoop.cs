using System.Buffers;
using System.Diagnostics;
using System.Text;
using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Evaluator;

/// <summary>Takes assignments from the host, one after the other, and answers each of their tasks, until the host is gone.</summary>
internal sealed class EvaluationLoop : IDisposable
{
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly Watch _watch;
    private readonly Dictionary<int, TenantText> _known = [];
    private readonly ArrayBufferWriter<byte> _frame = new();
    private readonly Lock _answering = new();

    public EvaluationLoop(Stream input, Stream output)
    {
        (_input, _output) = (input, output);
        _watch = new Watch(EndForTime);
    }

    public void Run()
    {
        using var ending = this;
        while (Frames.Read(_input) is { } frame)
        {
            var assignment = Frames.ReadAssignment(frame, _known);
            if (!Work(assignment)) return;
        }
    }

    public void Dispose() => _watch.Dispose();

    /// <returns>Whether another assignment may come.</returns>
    private bool Work(Assignment assignment)
    {
        var reads = assignment.Tasks is [{ Purpose: Purpose.Read }, ..];
        var data = new TaskData(assignment);
        for (var index = 0; index < assignment.Tasks.Count; index++)
        {
            // Reading has one limit for all that a definition contains.
            var ct = reads && index > 0 ? data.Token : data.Token = _watch.Begin(assignment.Limits.Time);
            var (outcome, payload) = Try(assignment.Tasks[index], data, ct);
            var last = index == assignment.Tasks.Count - 1;
            if (!reads || last)
            {
                var late = _watch.End();
                if (late && outcome != Outcome.Done) (outcome, payload) = (Outcome.Time, default);
            }
            else if (ct.IsCancellationRequested)
            {
                (outcome, payload) = (Outcome.Time, default);
            }

            // What is left of a memory that ran out is nothing to go on with.
            var leaving = outcome == Outcome.Memory;
            var stops = outcome != Outcome.Done && (!reads || outcome is Outcome.Time or Outcome.Memory);
            stops |= index == 0 && assignment.OnlyIfFirst && payload.Span.SequenceEqual("false"u8);
            Answer(outcome, (last || stops ? AnswerFlags.Last : AnswerFlags.None) | (leaving ? AnswerFlags.Leaving : AnswerFlags.None), payload.Span);
            if (leaving) return false;
            if (!stops) continue;
            _watch.End();
            return true;
        }

        return true;
    }

    private static (Outcome Outcome, ReadOnlyMemory<byte> Payload) Try(Work task, TaskData data, CancellationToken ct)
    {
        try
        {
            return (Outcome.Done, Texts.Do(task, data, ct));
        }
        catch (Exception error)
        {
            var (outcome, reason) = Failures.Describe(error, ct);
            return (outcome, Encoding.UTF8.GetBytes(reason));
        }
    }

    private void Answer(Outcome outcome, AnswerFlags flags, ReadOnlySpan<byte> payload)
    {
        lock (_answering)
        {
            Frames.Write(outcome, flags, payload, _frame);
            _output.Write(_frame.WrittenSpan);
            _output.Flush();
            if (_frame.Capacity > 1_000_000) _frame.Clear();
        }
    }

    // From another thread: the task neither ends nor heeds its token, so nothing but the process's end stops it.
    private void EndForTime()
    {
        Answer(Outcome.Time, AnswerFlags.Last | AnswerFlags.Leaving, default);
        Process.GetCurrentProcess().Kill();
    }
}
