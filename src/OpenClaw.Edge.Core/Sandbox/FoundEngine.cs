namespace OpenClaw.Edge.Sandbox;

/// <summary>An engine that answered and may be used.</summary>
/// <param name="Client">Connection to it.</param>
/// <param name="Facts">What it is.</param>
/// <param name="Place">Where it was found.</param>
internal sealed record FoundEngine(DockerEngineClient Client, EngineFacts Facts, EngineEndpoint Place);
