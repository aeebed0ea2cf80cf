#pragma once
// Precompiled for the unit tests (src/pch/standard.h says more).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pch/standard.h"
