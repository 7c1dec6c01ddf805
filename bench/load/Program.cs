using OpenClaw.Edge.Load;

return await LoadProgram.RunAsync(args);
