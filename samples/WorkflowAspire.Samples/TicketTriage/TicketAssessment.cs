using System.ComponentModel;
using System.Text.Json.Serialization;

namespace WorkflowAspire.Samples.TicketTriage;

/// <summary>What a model makes of a ticket. The descriptions go to the model, as part of the schema.</summary>
/// <param name="Category">What it is about.</param>
/// <param name="Urgency">How soon somebody must look at it.</param>
/// <param name="Summary">What it says.</param>
public sealed record TicketAssessment(
    TicketCategory Category,
    [property: Description("From 1, whenever there is time, to 5, at once.")] int Urgency,
    [property: Description("One sentence, in the language of the ticket.")] string Summary);

/// <summary>What a ticket is about.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TicketCategory>))]
public enum TicketCategory
{
    /// <summary>Something doesn't work.</summary>
    [JsonStringEnumMemberName("bug")]
    Bug,

    /// <summary>Somebody wants to know something.</summary>
    [JsonStringEnumMemberName("question")]
    Question,

    /// <summary>It is about money.</summary>
    [JsonStringEnumMemberName("billing")]
    Billing,

    /// <summary>Nobody wants it.</summary>
    [JsonStringEnumMemberName("spam")]
    Spam,
}
