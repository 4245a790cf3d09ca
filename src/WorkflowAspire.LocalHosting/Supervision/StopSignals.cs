using System.Runtime.InteropServices;

namespace WorkflowAspire.LocalHosting.Supervision;

/// <summary>Ctrl-C, SIGTERM and a closed terminal stop the application; a second one no longer asks.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations;
    private int _count;

    public StopSignals(Action stop, Action force)
    {
        _registrations =
        [
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (Interlocked.Increment(ref _count) == 1) stop();
                else force();
            })),
        ];
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }
}
