namespace WorkflowAspire.Samples.HttpExtract;

/// <summary>What <c>http-extract</c> is given.</summary>
/// <param name="Url">An http or https address of a JSON document, without user name and password.</param>
/// <param name="Fields">For each field of the output the JSON pointer (RFC 6901) of its value, for example <c>/items/0/name</c>.</param>
public sealed record HttpExtractInput(string Url, IReadOnlyDictionary<string, string> Fields);
