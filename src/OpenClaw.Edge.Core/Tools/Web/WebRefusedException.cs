namespace OpenClaw.Edge.Tools;

/// <summary>A page that is not fetched or cannot be; the message is for the model.</summary>
public sealed class WebRefusedException(string message) : Exception(message);
