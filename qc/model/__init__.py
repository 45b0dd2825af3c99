"""Photo bytes to Evidence: numpy, OpenCV and ONNX Runtime. No database, no HTTP."""
