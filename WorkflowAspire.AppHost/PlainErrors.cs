using System.Reflection;

/// <summary>Says what is wrong with the application in a sentence, where a stack trace would only hide it.</summary>
internal static class PlainErrors
{
    /// <summary>Ends the process plainly when the AppHost's description throws.</summary>
    public static void Install()
    {
        // A test that runs the AppHost inside its own process gets the exception.
        if (Assembly.GetEntryAssembly() != typeof(PlainErrors).Assembly) return;
        AppDomain.CurrentDomain.UnhandledException += (_, error) =>
        {
            if (error.ExceptionObject is not DistributedApplicationException problem) return;
            Console.Error.WriteLine(problem.Message);
            Environment.Exit(1);
        };
    }
}
