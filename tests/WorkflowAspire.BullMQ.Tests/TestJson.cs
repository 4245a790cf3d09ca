using System.Text.Json.Serialization;

namespace WorkflowAspire.BullMQ.Tests;

[JsonSerializable(typeof(string))]
internal sealed partial class TestJson : JsonSerializerContext;
