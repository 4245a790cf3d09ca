using System.ComponentModel.DataAnnotations;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Workflows;

/// <summary>How workflows run; configuration section <c>Workflows</c>.</summary>
public sealed class WorkflowOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Workflows";

    /// <summary>The defaults of all steps; what is null here keeps the default that <see cref="StepOptions"/> names.</summary>
    [ValidateObjectMembers]
    public StepOptions Step { get; set; } = new();

    /// <summary>How long a step has to end once its token is cancelled; after that it is abandoned, so that it can't keep the run for ever.</summary>
    /// <value>Default 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan StepGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What is different for a kind of step, and how its endpoints are spared.</summary>
    [Required, ValidateObjectMembers]
    public StepKindsOptions Steps { get; set; } = new();

    /// <summary>How inputs, outputs and checkpoints are written: the web's conventions, text in any script readable.</summary>
    /// <remarks>Insert source-generated contexts at the front of its <c>TypeInfoResolverChain</c>; other types are read by reflection.</remarks>
    public JsonSerializerOptions SerializerOptions { get; } = new(JsonSerializerDefaults.Web)
    {
        // What a run leaves must be shown later, within answers that wrap it.
        MaxDepth = AcceptedJson.MaxDepthOfOutputs,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };
}

[OptionsValidator]
internal sealed partial class WorkflowOptionsValidator : IValidateOptions<WorkflowOptions>;
