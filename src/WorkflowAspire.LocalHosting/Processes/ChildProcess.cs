using System.Diagnostics;

namespace WorkflowAspire.LocalHosting.Processes;

/// <summary>A process that the AppHost started: its output, its end.</summary>
internal sealed class ChildProcess : IDisposable
{
    // What a grandchild still writes must not hold up the news that the child ended.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process)
    {
        _process = process;
        Id = process.Id;
        Exited = WaitAsync();
    }

    public int Id { get; }

    /// <summary>Ends with the exit code.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts a process; its lines go to <paramref name="write"/>, which is told whether they are errors.</summary>
    public static ChildProcess Start(ChildStart start, Action<string, bool> write)
    {
        var command = OwnSession.Command(start);
        var info = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = start.WorkingDirectory ?? "",
        };
        if (OperatingSystem.IsWindows()) info.CreateNewProcessGroup = true;
        foreach (var (name, value) in start.Environment)
        {
            if (value is null) info.Environment.Remove(name);
            else info.Environment[name] = value;
        }

        var process = new Process { StartInfo = info, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Pass(line.Data, isError: false);
        process.ErrorDataReceived += (_, line) => Pass(line.Data, isError: true);
        process.Start();
        var child = new ChildProcess(process);
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;

        void Pass(string? line, bool isError)
        {
            if (line is not null) write(line, isError);
        }
    }

    /// <summary>Asks the process to end and kills it when it takes too long; returns whether it ended by itself.</summary>
    public async Task<bool> StopAsync(StopSignal signal, TimeSpan grace, CancellationToken impatience = default)
    {
        Signals.Send(Id, signal);
        try
        {
            await Exited.WaitAsync(grace, impatience).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            Kill();
            await Exited.ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>Ends the process at once.</summary>
    public void Kill()
    {
        Signals.KillGroup(Id);
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It has ended meanwhile.
        }
    }

    public void Dispose() => _process.Dispose();

    private async Task<int> WaitAsync()
    {
        _process.Exited += (_, _) => _ended.TrySetResult();
        if (_process.HasExited) _ended.TrySetResult();
        await _ended.Task.ConfigureAwait(false);
        using var patience = new CancellationTokenSource(LastWords);
        try
        {
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Something else holds the output open.
        }

        return _process.ExitCode;
    }
}
