using Aspire.Hosting;

namespace WorkflowAspire.LocalHosting;

/// <summary>Says what is wrong with the application in a sentence, where a stack trace would only hide it.</summary>
internal static class PlainErrors
{
    private static int _isInstalled;

    /// <summary>Ends the process plainly when the AppHost's description itself throws.</summary>
    public static void Install()
    {
        if (Interlocked.Exchange(ref _isInstalled, 1) == 1) return;
        AppDomain.CurrentDomain.UnhandledException += (_, error) =>
        {
            if (error.ExceptionObject is not DistributedApplicationException problem) return;
            Report(problem);
            Environment.Exit(1);
        };
    }

    public static void Report(DistributedApplicationException problem)
    {
        Console.Error.WriteLine(problem.Message);
        Environment.ExitCode = 1;
    }
}
