using System.Text.Json.Serialization;

namespace OpenClaw.Edge.Tests.Cli;

/// <summary>JSON of the tests' scripts.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class TestJson : JsonSerializerContext;
