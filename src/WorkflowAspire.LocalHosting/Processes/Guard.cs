using System.Diagnostics;
using System.Globalization;

namespace WorkflowAspire.LocalHosting.Processes;

/// <summary>
/// A small process that outlives this one and stops its children when it was killed: it reads from a pipe, which ends with this process
/// however that ends. A shell script, so that it costs next to nothing and needs no program of its own.
/// </summary>
internal sealed class Guard : IAsyncDisposable
{
    private const string Shell = "/bin/sh";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Process _process;
    private readonly Action<string> _say;
    private bool _isGone;

    private Guard(Process process, Action<string> say) => (_process, _say) = (process, say);

    /// <summary>Starts a guard; null where there is no shell for it, which is said.</summary>
    public static Guard? Start(Action<string> say)
    {
        if (!File.Exists(Shell))
        {
            say($"There is no {Shell} here: should this AppHost be killed, its children run on until its next start stops them");
            return null;
        }

        // In a session of its own, where no Ctrl-C reaches it.
        var command = OwnSession.Command(new ChildStart(Shell, ["-c", ReadScript(), "apphost-guard"]));
        var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardInput = true })!;
        return new Guard(process, say);
    }

    /// <summary>From now on this child is stopped when this process is killed.</summary>
    /// <param name="processId">The child.</param>
    /// <param name="signal">How it is asked to stop.</param>
    /// <param name="isService">Whether it needs servers while it stops.</param>
    public void Watch(int processId, StopSignal signal, bool isService) =>
        Tell(string.Create(CultureInfo.InvariantCulture, $"+ {processId} {(signal == StopSignal.Interrupt ? "INT" : "TERM")} {(isService ? "service" : "server")}"));

    /// <summary>That child has ended.</summary>
    public void Forget(int processId) => Tell(string.Create(CultureInfo.InvariantCulture, $"- {processId}"));

    /// <summary>Lets the guard go; it stops what has not ended yet.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isGone = true;
            _process.StandardInput.Close();
        }

        await ((Task)_process.WaitForExitAsync()).WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
    }

    private void Tell(string line)
    {
        lock (_gate)
        {
            if (_isGone) return;
            try
            {
                _process.StandardInput.Write(line + '\n');
                _process.StandardInput.Flush();
            }
            catch (IOException error)
            {
                _isGone = true;
                _say($"The process that would stop what a killed AppHost leaves has ended ({error.Message}); the next start would do it");
            }
        }
    }

    private static string ReadScript()
    {
        using var reader = new StreamReader(typeof(Guard).Assembly.GetManifestResourceStream("guard.sh")!);
        return reader.ReadToEnd();
    }
}
