namespace WorkflowAspire.AdminApi.Problems;

/// <summary>How many items a page of a list has.</summary>
internal static class PageLimit
{
    public const int Default = 50;

    private const int Max = 500;

    /// <summary>The answer to a limit outside its range; null where it is within.</summary>
    public static IResult? Refuse(int? limit) =>
        limit is < 1 or > Max ? ProblemAnswers.InvalidField("limit", $"limit is from 1 to {Max}; got {limit}.") : null;
}
