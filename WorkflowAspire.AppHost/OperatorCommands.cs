/// <summary>What an operator can do on the API's resource: on Aspire's dashboard, with <c>aspire resource api pause</c>, or from a test.</summary>
internal static class OperatorCommands
{
    public static HttpCommandOptions Pause => new()
    {
        Description = "Workers take no more runs; those that run are finished.",
        IconName = "Pause",
        ResultMode = HttpCommandResultMode.Auto,
    };

    public static HttpCommandOptions Resume => new()
    {
        Description = "Workers take runs again.",
        IconName = "Play",
        ResultMode = HttpCommandResultMode.Auto,
    };

    public static HttpCommandOptions ReplayDeadLetters => new()
    {
        Description = "Every run of the dead letter queue gets all its attempts again and goes on after its last finished step.",
        ConfirmationMessage = "Replay every run of the dead letter queue? What made them fail should be mended first.",
        IconName = "ArrowReplay",
        ResultMode = HttpCommandResultMode.Auto,
    };
}
